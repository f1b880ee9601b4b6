/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kept catalogue, behind a checksum that was made to fit: what is taken of it is asked, too. */
#include <stdlib.h>
#include <string.h>

#include "classify/catalogue.h"
#include "services.h"

enum { HEAD = 32, SUM_AT = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void ask(const struct rgs_catalogue *c)
{
    static const char *const texts[] = {"Your Acme code is 482913, enter it. aB3dE6gH9jK",
                                        "password 1234 ACME"};
    static const struct rgs_hash_key key = {3, 4};
    struct rgs_classifier *k = rgs_classifier_new(c, &key, &rgs_alloc_libc);
    struct rgs_verdict v;

    for (size_t i = 0; k && i < sizeof(texts) / sizeof(texts[0]); i++)
        rgs_classify(k,
                     &(struct rgs_message){.sender = rgs_bytes("AcmeOTP", 7),
                                           .text = rgs_bytes(texts[i], strlen(texts[i])),
                                           .dcs = -1},
                     &v);
    rgs_classifier_del(k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct rgs_hash_key picture_key = {0x7265677365727631u, 0x7069637475726531u};
    size_t n_files;
    const struct rgs_conf_file *files = rgs_fuzz_services(&n_files);
    struct rgs_catalogue *c = rgs_new(&rgs_alloc_libc, sizeof(*c));
    uint8_t *copy = malloc(n ? n : 1);
    struct rgs_bytes behind;

    if (!c || !copy)
        abort();
    if (n)
        memcpy(copy, data, n);
    if (n > HEAD) {
        uint64_t size[2], sum;
        memcpy(size, copy + SUM_AT + sizeof(sum), sizeof(size));
        if (size[0] <= n - HEAD && size[1] <= n - HEAD - size[0]) {
            sum = rgs_hash(&picture_key, copy + HEAD, size[0] + size[1]);
            memcpy(copy + SUM_AT, &sum, sizeof(sum));
        }
    }
    *c = (struct rgs_catalogue){.keep.alloc = &rgs_alloc_libc,
                                .sources = rgs_sources_mark(files, n_files)};
    c->patterns.keep = &c->keep;
    if (rgs_picture_read(c, files, n_files, rgs_bytes(copy, n), &behind))
        ask(c);
    rgs_catalogue_del(c);
    free(copy);
    return 0;
}

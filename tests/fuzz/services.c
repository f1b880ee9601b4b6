/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "services.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"

static size_t slurp(const char *path, void *text, size_t cap)
{
    FILE *f = fopen(path, "re");
    if (!f)
        abort();
    size_t n = fread(text, 1, cap, f);
    fclose(f);
    return n;
}

const struct rgs_conf_file *rgs_fuzz_services(size_t *n_files)
{
    static char weights[1 << 18];
    static const char words[] = "words:\n  en:\n    code: [code, password, pin]\n",
                      service[] = "id: acme\nname: Acme\nhome: DE\ncategory: shop\n"
                                  "senders: [AcmeOTP]\nbrands: [Acme]\n";
    static struct rgs_conf_file files[] = {
        {"weights.yaml", {0}},
        {"words.yaml", {(const uint8_t *)words, sizeof(words) - 1}},
        {"acme.yaml", {(const uint8_t *)service, sizeof(service) - 1}},
    };

    if (!files[0].text.n)
        files[0].text = rgs_bytes(
            weights, slurp(RGS_FUZZ_RULES "/recognition/weights.yaml", weights, sizeof(weights)));
    *n_files = sizeof(files) / sizeof(files[0]);
    return files;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A result in JSON, as `explain --result` reads it, and all pages that can be made of it. The same
 * bytes are also what a site might say of a reseller, and an alert there.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/result_file.h"
#include "sink/report.h"

enum { MOST_LINES = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void show(struct rgs_result_file *f)
{
    static const struct rgs_report_conf page = {.columns = 80};
    static FILE *nowhere;
    const struct rgs_result *r = rgs_result_of(f);

    if (!nowhere && !(nowhere = fopen("/dev/null", "we")))
        abort();
    for (size_t i = 0; i < r->n_resellers && i < MOST_LINES; i++)
        rgs_report_explain(nowhere, r, i, NULL, &page);
    rgs_report_text(nowhere, r, &page);
    rgs_report_html(nowhere, r, NULL);
    rgs_report_csv(nowhere, r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct rgs_result_file *f = rgs_result_parse("fuzz.json", (struct rgs_bytes){data, n}, true);

    if (f) {
        show(f);
        rgs_result_close(f);
        return 0;
    }
    f = rgs_result_new();
    if (!f)
        abort();
    bool line = rgs_result_add_reseller(f, (struct rgs_bytes){data, n}),
         alert = rgs_result_add_alert(f, (struct rgs_bytes){data, n});
    if (line || alert)
        show(f);
    rgs_result_close(f);
    return 0;
}

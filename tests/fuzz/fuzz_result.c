/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A result in JSON, as `explain --result` reads it, and all pages that can be made of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/result_file.h"
#include "sink/report.h"

enum { MOST_LINES = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct rgs_report_conf page = {.columns = 80};
    static FILE *nowhere;
    char *text = malloc(n + 1);

    if (!nowhere)
        nowhere = fopen("/dev/null", "we");
    if (!text || !nowhere)
        abort();
    if (n)
        memcpy(text, data, n);
    struct rgs_result_file *f = rgs_result_parse("fuzz.json", text, n, true);
    if (!f)
        return 0;
    const struct rgs_result *r = rgs_result_of(f);
    for (size_t i = 0; i < r->n_resellers && i < MOST_LINES; i++)
        rgs_report_explain(nowhere, r, i, NULL, &page);
    rgs_report_text(nowhere, r, &page);
    rgs_report_html(nowhere, r, NULL);
    rgs_report_csv(nowhere, r);
    rgs_result_close(f);
    return 0;
}

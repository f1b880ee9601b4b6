/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log lines: one per event, held back when they repeat, whole whatever stands in them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "sink/text.h"
#include "tap/log.h"

static int pipes[2];

/* Standard error goes into a pipe from here on. */
static void catch_lines(void)
{
    cr_assert_eq(pipe(pipes), 0);
    cr_assert_geq(dup2(pipes[1], STDERR_FILENO), 0);
}

static char *caught(void)
{
    static char text[65536];
    fflush(stderr);
    ssize_t n = read(pipes[0], text, sizeof(text) - 1);
    cr_assert_geq(n, 0);
    text[n] = '\0';
    return text;
}

static unsigned count(const char *text, const char *word)
{
    unsigned n = 0;
    for (; (text = strstr(text, word)); text++)
        n++;
    return n;
}

Test(log, gives_a_line_of_pairs, .init = catch_lines)
{
    rgs_log(RGS_LOG_WARNING, "disk-full", "file=%s left=%d", "a", 0);
    char *text = caught(), stamp[32];
    cr_assert_eq(sscanf(text, "ts=%31s", stamp), 1);
    cr_assert_eq(strlen(stamp), strlen("2026-11-29T08:00:37.352Z"), "%s", stamp);
    cr_assert_str_eq(strchr(text, ' '), " level=warning event=disk-full file=a left=0\n");
}

Test(log, holds_back_an_event_that_repeats_and_no_other, .init = catch_lines)
{
    for (unsigned i = 0; i < 1000; i++)
        rgs_log(RGS_LOG_ERROR, "again", "n=%u", i);
    rgs_log(RGS_LOG_INFO, "once", "%s", "");
    const char *text = caught();
    unsigned lines = count(text, "event=again ");
    cr_assert(lines >= 10 && lines <= 13, "%u lines",
              lines); /* 13: in a slow quarter of a minute */
    cr_assert_eq(count(text, "event=once\n"), 1);
}

Test(log, has_a_threshold, .init = catch_lines)
{
    rgs_log(RGS_LOG_DEBUG, "detail", "%s", "");
    rgs_log_threshold(RGS_LOG_ERROR);
    rgs_log(RGS_LOG_WARNING, "warning", "%s", "");
    rgs_log(RGS_LOG_ERROR, "error", "%s", "");
    const char *text = caught();
    cr_assert_eq(count(text, "event="), 1, "%s", text);
    cr_assert_eq(count(text, "event=error\n"), 1);
}

Test(log, keeps_hostile_values_in_one_line, .init = catch_lines)
{
    char hostile[300], quoted[256];

    for (unsigned i = 0; i < 299; i++)
        hostile[i] = (char)(i % 255 + 1);
    hostile[299] = '\0';
    rgs_log(RGS_LOG_ERROR, "bad", "what=%s", rgs_log_quote(hostile, quoted));
    const char *text = caught(), *value = strstr(text, "what=\"") + 6;
    cr_assert_eq(count(text, "\n"), 1);
    size_t cut = (size_t)(strchr(value, '"') - value);
    cr_assert(cut <= 253 && cut > 253 - 4,
              "cut before the character that does not fit, and closed");
    cr_assert_eq(strlen(quoted), cut + 2);
    for (struct rgs_bytes rest = rgs_text(text); rest.n && *rest.p != '\n';) {
        uint32_t cp;
        size_t n = rgs_utf8_get(rest, &cp);
        cr_assert_eq(rgs_text_tame(cp), cp);
        cr_assert(cp != RGS_UTF8_REPLACEMENT || n == 3, "a byte that is no UTF-8");
        rest = rgs_bytes_from(rest, n);
    }
    cr_assert_str_eq(rgs_log_quote("a\xc2\x9b\xe2\x80\xae\xffz", quoted),
                     "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands for a text once that is gone, so that one message is known again on another road. */
#include "base/utf8.h"
#include "classify/classify.h"
#include "classify/marks.h"

/*
 * Letters and digits of ASCII, and what lies behind all forms of the Latin alphabet: a text that
 * one road carries in the GSM alphabet and the next one in Latin-1 or ASCII may differ in the
 * others.
 */
static bool counts(uint32_t cp)
{
    return cp < 0x80 ? (cp - '0' < 10 || (cp | 0x20) - 'a' < 26)
                     : cp >= 0x250 && cp != RGS_UTF8_REPLACEMENT;
}

uint64_t rgs_content_of(const struct rgs_hash_key *key, struct rgs_bytes text)
{
    enum { PER_WORD = 3 }; /* code points have 21 bits */
    uint64_t words[2] = {0, 0}, word = 0;

    text = rgs_bytes_upto(text, RGS_TEXT_MAX);
    for (size_t at = 0; at < text.n;) {
        uint32_t cp = text.p[at];
        at += cp < 0x80 ? 1 : rgs_utf8_get(rgs_bytes_from(text, at), &cp);
        if (!counts(cp))
            continue;
        word = word << 21 | cp;
        if (++words[1] % PER_WORD == 0) {
            words[0] = rgs_mix64(words[0] ^ word);
            word = 0;
        }
    }
    words[0] = rgs_mix64(words[0] ^ word);
    uint64_t content = rgs_hash(key, words, sizeof(words));
    return content ? content : 1;
}

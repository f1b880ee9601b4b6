/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink/html.h"

#include "base/utf8.h"
#include "sink/text.h"

void rgs_html_text(FILE *out, const char *s)
{
    rgs_html_short(out, s, SIZE_MAX);
}

void rgs_html_short(FILE *out, const char *s, size_t most)
{
    struct rgs_bytes b = rgs_text(s);

    for (; b.n; most--) {
        uint32_t cp;
        char utf8[4];
        b = rgs_bytes_from(b, rgs_utf8_get(b, &cp));
        if (most == 1 && b.n) {
            fputs("…", out);
            return;
        }
        switch (cp) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            /* A name must not be able to look like another. */
            fwrite(utf8, 1, rgs_utf8_put(utf8, rgs_text_tame(cp)), out);
        }
    }
}

void rgs_html_bar(FILE *out, const char *label, double part, const char *value)
{
    part = part < 0 ? 0 : part > 1 ? 1 : part;
    fputs("<div class=bar><span class=bl>", out);
    rgs_html_text(out, label);
    fprintf(out, "</span><span class=bt><i style=\"width:%.1f%%\"></i></span><span class=bv>",
            part * 100);
    rgs_html_text(out, value);
    fputs("</span></div>\n", out);
}

const char rgs_html_style[] =
    ":root{color-scheme:light dark;--bg:#fbfbf9;--card:#fff;--ink:#1c2126;--soft:#5b656f;"
    "--line:#dfe2e5;--grid:#e8eaec;--alert:#b3261e;--review:#9a6400;--clear:#1f7a4d;--up:#b4504a;"
    "--down:#2f7f6f;--s0:#3a6ea5;--s6:#a4abb3;--m0:#eef0f2;--m1:#c3d6ea;--m2:#86afd6;--m3:#3f77b0;"
    "--m4:#184a7d}\n"
    "@media screen and (prefers-color-scheme:dark){:root{--bg:#14171a;--card:#1b1f24;--ink:#e6e9ec;"
    "--soft:#9aa5af;--line:#30363d;--grid:#272c32;--alert:#ff8a80;--review:#e5b454;--clear:#6cc598;"
    "--up:#d9776f;--down:#5bb3a0;--s0:#6ea3dc;--s6:#6b747d;--m0:#262b31;--m1:#25435f;--m2:#2f659a;-"
    "-m3:#5b95cf;--m4:#a9cff5}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"
    "'Segoe UI',Roboto,'Noto Sans',sans-serif}\n"
    "main{max-width:1060px;margin:0 auto;padding:32px 20px 60px}\n"
    "h1{font-size:24px;margin:0 0 4px}h2{font-size:19px;margin:0}h3{font-size:13px;margin:0 0 8px;"
    "color:var(--soft);font-weight:600}p{margin:6px 0}\n"
    ".soft{color:var(--soft)}.small{font-size:13px}a{color:inherit}\n"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:12px;"
    "margin:20px 0}\n"
    ".tile,.card{background:var(--card);border:1px solid var(--line);border-radius:8px}\n"
    ".tile{padding:12px 14px}.tile b{display:block;font-size:24px;line-height:1.2;"
    "font-variant-numeric:tabular-nums}.tile span{color:var(--soft);font-size:13px}\n"
    ".card{padding:20px;margin:22px 0}\n"
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%}th{font-size:12px;color:var(--soft);font-weight:600;"
    "text-align:left;padding:6px 8px;border-bottom:1px solid var(--line);white-space:nowrap}\n"
    "td{padding:8px;border-bottom:1px solid "
    "var(--grid);vertical-align:top;overflow-wrap:anywhere}\n"
    ".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
    ".score{display:inline-block;width:64px;height:8px;border-radius:4px;background:var(--m0);"
    "overflow:hidden;margin-right:8px}.score "
    "i{display:block;height:100%}.sn{display:inline-block;min-width:42px}"
    ".who{min-width:180px}.list td:last-child{min-width:220px}\n"
    ".alert{color:var(--alert)}.review{color:var(--review)}.clear{color:var(--clear)}\n"
    "i.alert{background:var(--alert)}i.review{background:var(--review)}i.clear{background:"
    "var(--clear)}.st{font-weight:600;white-space:nowrap}\n"
    ".head{display:flex;flex-wrap:wrap;gap:4px 14px;align-items:baseline;justify-content:"
    "space-between}.big{font-size:19px;font-weight:700;font-variant-numeric:tabular-nums}\n"
    ".figs{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,6fr);gap:24px "
    "28px;margin-top:18px}\n"
    ".wide{grid-column:1/-1}.rules td{padding:4px 8px;font-size:13px}.rules "
    "td:first-child{white-space:"
    "nowrap}figure{margin:0;min-width:0}\n"
    "svg{display:block;width:100%;height:auto;font:11px system-ui,-apple-system,'Segoe UI',Roboto,"
    "'Noto Sans',sans-serif}svg text{fill:var(--soft)}svg .ink{fill:var(--ink)}\n"
    ".grid{stroke:var(--grid)}.axis{stroke:var(--line)}.up{fill:var(--up)}.down{fill:var(--down)}"
    ".total{fill:var(--s0)}\n"
    ".s6{fill:var(--s6)}.m0{fill:var(--m0)}.m1{fill:var(--m1)}.m2{fill:var(--m2)}"
    ".m3{fill:var(--m3)}.m4{fill:var(--m4)}\n"
    ".blocks{display:grid;grid-template-columns:repeat(auto-fill,minmax(170px,1fr));gap:16px}"
    ".blocks svg{max-width:230px}\n"
    ".bar{display:grid;grid-template-columns:84px 1fr auto;gap:10px;align-items:center;font-size:"
    "13px;margin:4px 0}.bt{height:10px;background:var(--m0);border-radius:3px;overflow:hidden}"
    ".bt i{display:block;height:100%;background:var(--s0)}.bv{color:var(--soft);white-space:nowrap;"
    "font-variant-numeric:tabular-nums}\n"
    "ul{margin:4px 0;padding-left:20px}footer{color:var(--soft);font-size:13px;margin-top:36px}\n"
    "a:focus-visible,.scroll:focus-visible{outline:2px solid var(--s0);outline-offset:2px}"
    ".up-link{font-size:13px;font-weight:400;margin-left:14px}\n"
    "@media screen and (max-width:960px){.list th:nth-child(6),.list td:nth-child(6){display:none}}"
    "\n"
    "@media screen and (max-width:720px){main{padding:20px 12px 40px}.card{padding:14px}"
    ".figs{grid-template-columns:minmax(0,1fr)}.list th:nth-child(n+6),.list td:nth-child(n+6){"
    "display:none}.who{min-width:0}.timeline svg{min-width:600px}}\n"
    "@media screen and (max-width:520px){.list .score{display:none}.list th,.list td{padding:8px "
    "4px}.rules td:first-child{white-space:normal}}\n"
    "@media print{:root{--bg:#fff;--card:#fff;--ink:#000;--soft:#444}main{max-width:none;padding:0}"
    "body{font-size:9pt}h1{font-size:16pt}h2,.big{font-size:12.5pt}.small,.rules td,.bar{font-size:"
    "8pt}th{font-size:7.5pt}td{padding:4px 6px}.card{border:0;border-top:1px solid #999;"
    "border-radius:0;padding:12px 0;margin:12px 0}.tiles{grid-template-columns:repeat(5,1fr)}"
    ".score{width:48px}.who,.list "
    "td:last-child{min-width:0}.scroll{overflow:visible}.figs{gap:14px 20px}section{"
    "break-before:page}tr,figure,.head,.tile{break-inside:avoid}thead{display:table-header-group}"
    ".up-link{display:none}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n";

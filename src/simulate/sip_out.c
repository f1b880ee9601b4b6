/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/sip_out.h"

static const char *reason(unsigned status) /* RFC 3261 21 */
{
    switch (status) {
    case 200:
        return "OK";
    case 202:
        return "Accepted";
    case 401:
        return "Unauthorized";
    default:
        return "Temporarily Unavailable";
    }
}

void rgs_put_sip_call_id(struct rgs_wire *w, uint32_t id, const char *proxy)
{
    rgs_put_format(w, "%08x@%s", (unsigned)id, proxy);
}

void rgs_put_sip(struct rgs_wire *w, const struct rgs_sip_out *m)
{
    unsigned id = (unsigned)m->id;

    if (m->status)
        rgs_put_format(w, "SIP/2.0 %u %s\r\n", m->status, reason(m->status));
    else
        rgs_put_format(w, "%s %s SIP/2.0\r\n", m->method, m->uri);
    rgs_put_format(w, "Via: SIP/2.0/%s %s:5060;branch=z9hG4bK%08x.%u\r\n", m->tcp ? "TCP" : "UDP",
                   m->proxy, id, m->cseq);
    if (!m->status)
        rgs_put_format(w, "Max-Forwards: 68\r\n");
    rgs_put_format(w, "From: <%s>;tag=f%x\r\nTo: <%s>", m->from, id, m->to);
    if (m->status)
        rgs_put_format(w, ";tag=t%x", id);
    rgs_put_format(w, "\r\nCall-ID: ");
    rgs_put_sip_call_id(w, m->id, m->proxy);
    rgs_put_format(w, "\r\nCSeq: %u %s\r\n", m->cseq, m->method);
    rgs_put_bytes(w, m->headers);
    if (m->sms.n)
        rgs_put_format(w, "Content-Type: application/vnd.3gpp.sms\r\n"); /* TS 24.341 5.3.1.2 */
    rgs_put_format(w, "Content-Length: %zu\r\n\r\n", m->sms.n);
    rgs_put_bytes(w, m->sms);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/config.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/load.h"
#include "conf/yaml.h"

void rgs_config_init(struct rgs_config *c)
{
    *c = (struct rgs_config){.capacity = rgs_capacity_default};
}

/* A path as the file means it: from its own folder. */
static void path_of(struct rgs_yaml_node *n, const char *file, char **out, struct rgs_diag *diag)
{
    const char *s = NULL, *slash = strrchr(file, '/');

    if (!rgs_yaml_str(n, &s, diag))
        return;
    if (*s == '\0')
        rgs_diag_error(diag, n->at, "expected a path");
    else if (*s == '/' || !slash)
        *out = strdup(s);
    else if (asprintf(out, "%.*s/%s", (int)(slash - file), file, s) < 0)
        *out = NULL;
}

static void home(struct rgs_yaml_node *n, rgs_country *out, struct rgs_diag *diag)
{
    const char *s = NULL;

    if (!rgs_yaml_str(n, &s, diag))
        return;
    *out = rgs_country_of(s);
    if (strlen(s) != 2 || !rgs_country_code(*out))
        rgs_diag_error(diag, n->at, "'%s' is no country: two capital letters, as in HK", s);
}

static void privacy(struct rgs_yaml_node *n, bool *blind, struct rgs_diag *diag)
{
    static const char *const known[] = {"content", NULL};
    const char *s = NULL;

    if (!n)
        return;
    if (n->kind != RGS_YAML_MAP) {
        rgs_diag_error(diag, n->at, "expected a mapping, as in {content: never}");
        return;
    }
    struct rgs_yaml_node *content = rgs_yaml_get(n, "content");
    if (rgs_yaml_str(content, &s, diag)) {
        *blind = strcmp(s, "never") == 0;
        if (!*blind && strcmp(s, "read") != 0)
            rgs_diag_error(diag, content->at, "'%s' is neither read nor never", s);
    }
    rgs_yaml_unknown(n, known, diag);
}

static void capacity(struct rgs_yaml_node *n, struct rgs_config *config, struct rgs_diag *diag)
{
    static const char *const known[] = {
        "ip_fragments",  "ip_held",    "tcp_flows",   "tcp_buffer", "tcp_held",
        "http2_held",    "sctp_flows", "sctp_held",   "dialogues",  "sctp_messages",
        "sccp_segments", "sessions",   "subscribers", "messages",   "pairs",
        "names",         "numbers",    "entities",    "timeout",    NULL};
    struct rgs_capacity *c = &config->capacity;
    struct rgs_tables *t = &config->tables;
    /* Tables are taken at the start: 16 million entries are gigabytes. */
    enum { ENTRIES = 1 << 24, BYTES = 1 << 28 };
    const struct {
        const char *key;
        uint32_t *value, most;
    } rows[] = {{"ip_fragments", &c->ip_fragments, ENTRIES},
                {"ip_held", &c->ip_held, BYTES},
                {"tcp_flows", &c->tcp_flows, ENTRIES},
                {"tcp_buffer", &c->tcp_buffer, ENTRIES},
                {"tcp_held", &c->tcp_held, BYTES},
                {"http2_held", &c->http2_held, BYTES},
                {"sctp_flows", &c->sctp_flows, ENTRIES},
                {"sctp_messages", &c->sctp_messages, ENTRIES},
                {"sctp_held", &c->sctp_held, BYTES},
                {"sccp_segments", &c->sccp_segments, ENTRIES},
                {"dialogues", &c->dialogues, ENTRIES},
                {"sessions", &c->sessions, ENTRIES},
                {"subscribers", &t->subscribers, ENTRIES},
                {"messages", &t->messages, ENTRIES},
                {"pairs", &t->pairs, BYTES},
                {"names", &t->names, ENTRIES},
                {"numbers", &t->numbers, ENTRIES},
                {"entities", &t->entities, ENTRIES}};

    if (!n)
        return;
    if (n->kind != RGS_YAML_MAP) {
        rgs_diag_error(diag, n->at, "expected a mapping, as in {tcp_flows: 16384}");
        return;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t v;
        if (rgs_yaml_int(rgs_yaml_get(n, rows[i].key), 16, rows[i].most, &v, diag))
            *rows[i].value = (uint32_t)v;
    }
    struct rgs_yaml_node *timeout = rgs_yaml_get(n, "timeout");
    if (rgs_yaml_duration(timeout, &c->timeout_ns, diag) && c->timeout_ns <= 0)
        rgs_diag_error(diag, timeout->at, "a timeout of nothing");
    rgs_yaml_unknown(n, known, diag);
}

static void parse(struct rgs_config *c, const char *path, struct rgs_yaml_node *root,
                  struct rgs_diag *diag)
{
    static const char *const known[] = {"inventory", "rules",   "key",      "geoip",
                                        "home",      "privacy", "capacity", NULL};
    if (!root)
        return;
    if (root->kind != RGS_YAML_MAP) {
        rgs_diag_error(diag, root->at, "expected settings, as in inventory: resellers.csv");
        return;
    }
    path_of(rgs_yaml_get(root, "inventory"), path, &c->inventory, diag);
    path_of(rgs_yaml_get(root, "rules"), path, &c->rules, diag);
    path_of(rgs_yaml_get(root, "key"), path, &c->key, diag);
    path_of(rgs_yaml_get(root, "geoip"), path, &c->geoip, diag);
    home(rgs_yaml_get(root, "home"), &c->home, diag);
    privacy(rgs_yaml_get(root, "privacy"), &c->blind, diag);
    capacity(rgs_yaml_get(root, "capacity"), c, diag);
    rgs_yaml_unknown(root, known, diag);
}

bool rgs_config_load(struct rgs_config *c, const char *path)
{
    struct rgs_conf_file file = {.name = path};
    struct rgs_diag diag;
    char err[512];

    file.text.p = rgs_read_file(path, &file.text.n, err, sizeof(err));
    if (!file.text.p) {
        rgs_say("%s", err);
        return false;
    }
    rgs_diag_init(&diag, &rgs_alloc_libc);
    struct rgs_yaml *yaml = rgs_yaml_new(&file, &diag, &rgs_alloc_libc);
    if (yaml)
        parse(c, path, rgs_yaml_root(yaml), &diag);
    bool ok = diag.errors == 0;
    if (diag.text)
        fputs(diag.text, stderr);
    rgs_yaml_del(yaml);
    rgs_diag_fini(&diag);
    free((void *)(uintptr_t)file.text.p);
    return ok;
}

void rgs_config_fini(struct rgs_config *c)
{
    free(c->inventory);
    free(c->rules);
    free(c->key);
    free(c->geoip);
}

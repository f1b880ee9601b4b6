/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One value of a scenario replaced, before it is read. */
#include <stdio.h>

#include "simulate/scenario.h"

enum { MAX_KEY = 64 };

static struct rgs_yaml_node *step(struct rgs_yaml_node *n, const char *word)
{
    for (size_t i = 0; n->kind == RGS_YAML_MAP && i < n->n; i++) {
        if (strcmp(n->key[i]->s, word) == 0)
            return n->item[i]; /* not marked as used: an unknown key stays an error */
    }
    for (size_t i = 0; n->kind == RGS_YAML_LIST && i < n->n; i++) {
        struct rgs_yaml_node *item = n->item[i], *id = NULL;
        char position[24];
        for (size_t k = 0; item->kind == RGS_YAML_MAP && k < item->n; k++) {
            if (strcmp(item->key[k]->s, "id") == 0 || strcmp(item->key[k]->s, "name") == 0)
                id = id ? id : item->item[k];
        }
        snprintf(position, sizeof(position), "%zu", i);
        if ((id && id->kind == RGS_YAML_SCALAR && strcmp(id->s, word) == 0) ||
            strcmp(position, word) == 0)
            return item;
    }
    return NULL;
}

/* The node that a path names, up to its '='. */
static struct rgs_yaml_node *find(struct rgs_yaml_node *n, const char *path, const char *end)
{
    while (n && path < end) {
        char word[MAX_KEY];
        size_t len = strcspn(path, ".=");
        if (len >= sizeof(word))
            return NULL;
        memcpy(word, path, len);
        word[len] = '\0';
        n = step(n, word);
        path += len + 1;
    }
    return n && n->kind == RGS_YAML_SCALAR ? n : NULL;
}

void rgs_sim_scenario_set(const struct rgs_sim_sources *in, const char *path_is_value,
                          struct rgs_diag *diag)
{
    const char *is = strchr(path_is_value, '=');
    bool found = false;

    for (size_t i = 0; i < in->n && is; i++) {
        struct rgs_yaml_node *n = in->root[i] ? find(in->root[i], path_is_value, is) : NULL;
        if (!n)
            continue;
        n->s = is + 1;
        n->n = strlen(n->s);
        found = true;
    }
    if (!found)
        rgs_diag_error(
            diag, (struct rgs_mark){0},
            "cannot set '%s': write PATH=VALUE, and the path must name a value of the scenario",
            path_is_value);
}

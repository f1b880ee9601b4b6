/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recognition of verification messages and of the service behind them. This is where content dies:
 * what comes out is a service, a purpose, a confidence and a keyed hash of the code.
 */
#ifndef RGS_CLASSIFY_CLASSIFY_H
#define RGS_CLASSIFY_CLASSIFY_H

#include "base/alloc.h"
#include "base/hash.h"
#include "conf/diag.h"
#include "event/obs.h"

/* One service of the catalogue, as the report and the tracker need it. */
struct rgs_service {
    const char *id;   /* "whatsapp" */
    const char *name; /* "WhatsApp" */
    rgs_country home; /* 0: unknown */
    uint8_t category; /* index for rgs_category_word() */
};

struct rgs_verdict {
    bool otp;
    uint16_t service; /* index from 1, 0 none named */
    enum rgs_purpose purpose;
    uint8_t confidence;       /* 0..100 that otp is right */
    uint64_t code;            /* keyed hash of the code, 0 none */
    uint64_t content;         /* rgs_content_of() the text; 0: it has a code, or was not read */
    size_t code_at, code_len; /* where it stands in the text, for tools on files; length 0: none */
};

/* What is known of a message beside its text. */
struct rgs_message {
    struct rgs_bytes sender;          /* as UTF-8: alphanumeric, or digits without '+' */
    enum rgs_sender_type sender_type; /* 0: work it out from the sender */
    struct rgs_bytes text;            /* UTF-8 */
    int dcs;                          /* -1 not known */
};

struct rgs_classifier; /* one per thread: scratch and buffers */

/* The same for catalogues with the same services in the same order: where indices mean the same. */
uint64_t rgs_catalogue_mark(const struct rgs_catalogue *c);
size_t rgs_catalogue_count(const struct rgs_catalogue *c);
const struct rgs_service *rgs_catalogue_service(const struct rgs_catalogue *c, uint16_t index);
const char *rgs_category_word(uint8_t category);
uint8_t rgs_category_value(const char *word, size_t n);

/* The index of a service by its id, 0: unknown. */
uint16_t rgs_catalogue_find(const struct rgs_catalogue *c, const char *id, size_t n);
/* The service that a sender belongs to by itself, 0: unknown. */
uint16_t rgs_catalogue_sender(const struct rgs_catalogue *c, struct rgs_bytes sender);
bool rgs_catalogue_was_cached(const struct rgs_catalogue *c);
/* Of the texts that it was made of. */
uint64_t rgs_catalogue_sources(const struct rgs_catalogue *c);
/* One made of texts with this mark, of which only the files' names are at hand. NULL: `cached` is
 * of others or of another program, or memory is short. */
struct rgs_catalogue *rgs_catalogue_of_picture(const struct rgs_conf_file *files, size_t n_files,
                                               uint64_t sources, struct rgs_bytes cached,
                                               const struct rgs_alloc *alloc);
void rgs_catalogue_memory(const struct rgs_catalogue *c, size_t *database, size_t *rest,
                          size_t *literals);

/* A case that stands beside a service or in rules/recognition; what is not given is not asked for.
 */
struct rgs_service_test {
    const char *file;
    uint32_t file_at; /* which of the catalogue's files that is */
    unsigned line;
    struct rgs_bytes text, sender;
    bool otp;
    const char *service; /* an id, or "-" */
    uint8_t purpose;     /* 0: not given */
    struct rgs_bytes code, lang;
};
size_t rgs_catalogue_tests(const struct rgs_catalogue *c, const struct rgs_service_test **tests);

struct rgs_classifier *rgs_classifier_new(const struct rgs_catalogue *c,
                                          const struct rgs_hash_key *code_key,
                                          const struct rgs_alloc *alloc);
void rgs_classifier_del(struct rgs_classifier *k);
void rgs_classify(struct rgs_classifier *k, const struct rgs_message *m, struct rgs_verdict *v);
/* A keyed hash of what a text (UTF-8) says in letters and digits, never 0. */
uint64_t rgs_content_of(const struct rgs_hash_key *key, struct rgs_bytes text);

/* Where the law forbids reading: the same from sender, coding and length in characters alone. */
struct rgs_envelope {
    struct rgs_bytes sender;
    enum rgs_sender_type sender_type; /* 0: work it out from the sender */
    int dcs;                          /* -1 not known */
    size_t length;
};
void rgs_classify_blind(const struct rgs_catalogue *c, const struct rgs_envelope *e,
                        struct rgs_verdict *v);

/*
 * For the fitting of weights: the names of the evidence, and which of it held for each code-shaped
 * token of a text (bit i of the set is name i). Returns the number of tokens, at most `cap`.
 */
enum { RGS_EVIDENCE_WORDS = 2 };
const char *const *rgs_evidence_names(void); /* NULL-ended */
size_t rgs_classify_evidence(struct rgs_classifier *k, const struct rgs_message *m,
                             uint64_t (*sets)[RGS_EVIDENCE_WORDS], size_t cap);

#endif

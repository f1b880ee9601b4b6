/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a catalogue; only this room looks at it. */
#ifndef RGS_CLASSIFY_CATALOGUE_H
#define RGS_CLASSIFY_CATALOGUE_H

#include "classify/classify.h"
#include "classify/keep.h"
#include "classify/pattern.h"
#include "conf/yaml.h"

enum rgs_word {
#define W(ID, key, meaning) RGS_W_##ID,
#include "classify/words.def"
#undef W
    RGS_W_COUNT
};

/* The classes of words without one of which only a text of a special form brings a code. */
enum {
    RGS_SIGNS = 1 << RGS_W_CODE | 1 << RGS_W_WEAK | 1 << RGS_W_ENTER | 1 << RGS_W_WARN |
                1 << RGS_W_VALID | 1 << RGS_W_UNASKED | 1 << RGS_W_USING
};

enum rgs_feature {
#define F(ID, key, meaning) RGS_E_##ID,
#include "classify/features.def"
#undef F
    RGS_E_COUNT
};

/* What sender, coding and length alone can say. */
enum rgs_blind {
#define B(ID, key, meaning) RGS_B_##ID,
#include "classify/blind.def"
#undef B
    RGS_B_COUNT
};

extern const char *const rgs_word_keys[RGS_W_COUNT + 1];
extern const char *const rgs_feature_keys[RGS_E_COUNT + 1];
extern const char *const rgs_blind_keys[RGS_B_COUNT + 1];

struct rgs_sender_slot {
    uint64_t hash; /* of the folded sender, 0: empty */
    uint16_t service;
};

struct rgs_sender_prefix {
    const char *s; /* folded */
    size_t n;
    uint16_t service;
};

struct rgs_format {
    const char *shape; /* '#' a digit, '@' a letter, '?' either, others themselves */
    uint16_t service;
    bool own; /* has letters of its own: nobody else writes so */
};

struct rgs_catalogue {
    struct rgs_keep keep;
    struct rgs_patterns patterns;
    struct rgs_service *services; /* [index - 1] */
    size_t n_services, cap_services;
    uint16_t *by_id; /* their indices by the hash of the id, 0: empty */
    size_t n_id_slots;
    struct rgs_sender_slot *senders;
    size_t n_sender_slots, n_senders;
    struct rgs_sender_prefix *prefixes;
    size_t n_prefixes, cap_prefixes;
    struct rgs_format *formats;
    size_t n_formats, cap_formats;
    struct rgs_service_test *tests;
    size_t n_tests, cap_tests;
    uint32_t file_at; /* the file that is read */
    uint64_t sources; /* of which files it was made */
    float weight[RGS_E_COUNT], bias;
    float blind[RGS_B_COUNT], blind_bias;
    bool has_words, has_weights, was_cached;
};

/* Takes id and name over, which are kept; false: no memory. */
bool rgs_catalogue_add(struct rgs_catalogue *c, struct rgs_service s);

/* One kind of file each; errors go to diag. */
void rgs_service_read(struct rgs_catalogue *c, struct rgs_yaml_node *root, struct rgs_diag *diag);
void rgs_words_read(struct rgs_catalogue *c, struct rgs_yaml_node *root, struct rgs_diag *diag);
void rgs_weights_read(struct rgs_catalogue *c, struct rgs_yaml_node *root, struct rgs_diag *diag);
/* The `tests` list of a file; service: whose file it is, or NULL. */
void rgs_tests_read(struct rgs_catalogue *c, struct rgs_yaml_node *list, const char *service,
                    struct rgs_diag *diag);

/* A built catalogue without its database as bytes (out NULL: how many there will be; 0: too many),
 * and back, when it was made of the same files by the same program; false: refused, and c has to be
 * emptied. behind: [out] what follows it in `cached`, also when it is refused. */
uint64_t rgs_sources_mark(const struct rgs_conf_file *files, size_t n_files);
size_t rgs_picture_write(const struct rgs_catalogue *c, uint8_t *out);
bool rgs_picture_read(struct rgs_catalogue *c, const struct rgs_conf_file *files, size_t n_files,
                      struct rgs_bytes cached, struct rgs_bytes *behind);

/* Senders: case, blanks and punctuation do not matter. */
enum { RGS_SENDER_MAX = 24 };
size_t rgs_sender_fold(char out[RGS_SENDER_MAX], struct rgs_bytes sender);
/* The service that had this sender before, 0: it is taken now. */
uint16_t rgs_sender_add(struct rgs_catalogue *c, const char *s, size_t n, uint16_t service);
uint16_t rgs_sender_service(const struct rgs_catalogue *c, struct rgs_bytes sender);
/* What an Indian header is marked for, "XY-HEADER-S": P(romotion), S(ervice), T(ransaction) or
 * G(overnment); 0: not marked (TRAI TCCCPR 2018). */
char rgs_sender_traffic(struct rgs_bytes sender);

#endif

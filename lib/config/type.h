/* type: the types of settings, with the field that each fills. */
#ifndef LOKET_CONFIG_TYPE_H
#define LOKET_CONFIG_TYPE_H

#include "setting.h"

/* char * */
extern const SettingType type_text;
extern const SettingType type_path;    /* not empty */
extern const SettingType type_address; /* in lower case */
extern const SettingType type_domain;  /* in lower case */
extern const SettingType type_socket;
extern const SettingType type_store;
extern const SettingType type_relay;
extern const SettingType type_web_url;
extern const SettingType type_tag;
extern const SettingType type_language; /* in lower case */
extern const SettingType type_zone_name;
extern const SettingType type_mail_flag;

/* char ** */
extern const SettingType type_texts;
extern const SettingType type_addresses; /* in lower case */
extern const SettingType type_people;	 /* addresses and domains, as above */
extern const SettingType type_domains;	 /* in lower case */
extern const SettingType type_languages; /* in lower case */
extern const SettingType type_mailbox_urls;

extern const SettingType type_networks; /* GArray * of Network */
extern const SettingType type_limits;	/* GArray * of ConfigLimit */
extern const SettingType type_patterns; /* GPtrArray * of Pattern */
extern const SettingType type_letter;	/* char, '\0' for "" */
extern const SettingType type_bool;	/* bool */
extern const SettingType type_switch;	/* ConfigSwitch */
extern const SettingType type_mode;	/* mode_t */
extern const SettingType type_percent;	/* int */
extern const SettingType type_count;	/* int, at least one */
extern const SettingType type_duration; /* int64_t, 0 for "" */
extern const SettingType type_target;	/* Target */
extern const SettingType type_promise;	/* ConfigTarget, unset for "" */
extern const SettingType type_pattern;	/* Pattern *, NULL for "" */
extern const SettingType type_zone;	/* GTimeZone *, the machine's for "" */

/* enums of config.h */
extern const SettingType type_log;
extern const SettingType type_on_failure;
extern const SettingType type_ack;
extern const SettingType type_subject_tag;
extern const SettingType type_forward;
extern const SettingType type_keep;
extern const SettingType type_working_day; /* of schema.h */

#endif

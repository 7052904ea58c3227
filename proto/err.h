/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * err - the one list of errors: name, whose fault, exit code of the command line, text.
 *
 * A refusal by policy is a verdict, not an error; the client maps it to exit 3.
 */
#ifndef SLUIS_ERR_H
#define SLUIS_ERR_H

enum sluis_err_class {
	SLUIS_CLASS_NONE,  /* no error */
	SLUIS_CLASS_PEER,  /* what the other side sent is wrong: reject it and go on */
	SLUIS_CLASS_LOCAL, /* our disk, memory, clock, keys: defer, or stop */
	SLUIS_CLASS_USAGE  /* the caller asked for something that makes no sense */
};

/* clang-format off */
#define SLUIS_ERR_LIST(X) \
	X(OK,            NONE,  0, "done") \
	X(EFORMAT,       PEER,  5, "bytes are not in the form that the protocol prescribes") \
	X(ETOOBIG,       PEER,  3, "larger than the limit") \
	X(EVERSION,      PEER,  5, "a format or suite that this program does not know") \
	X(ESIGNATURE,    PEER,  5, "a signature does not verify") \
	X(EPROOF,        PEER,  5, "a proof of the log does not verify") \
	X(EROLLBACK,     PEER,  5, "the log is shorter than, or contradicts, what was seen before") \
	X(ECERTIFICATE,  PEER,  5, "a certificate is not valid here") \
	X(EKEYSLOG,      PEER,  5, "the keys log holds an entry that breaks its rules") \
	X(EPOLICY,       PEER,  5, "a policy that the registrars have not signed") \
	X(EHASH,         PEER,  5, "content differs from its signed hash") \
	X(ECONTEXT,      PEER,  5, "a section is not bound to this message") \
	X(EHEADER,       PEER,  5, "an age header is not well formed") \
	X(EHMAC,         PEER,  5, "an age header fails its check") \
	X(EPAYLOAD,      PEER,  5, "an age payload is damaged") \
	X(ENOMATCH,      PEER,  1, "not sealed to any of the keys given") \
	X(ESTATUS,       PEER,  5, "an answer that does not fit its question") \
	X(EUNREACHABLE,  PEER,  4, "the broker cannot be reached") \
	X(EBUSY,         PEER,  4, "the broker is busy") \
	X(ESTALE,        PEER,  4, "the log is not fresh") \
	X(ENOTFOUND,     PEER,  3, "not found") \
	X(EREFUSED,      PEER,  3, "refused") \
	X(ENOMEM,        LOCAL, 1, "no memory left within the limit") \
	X(EIO,           LOCAL, 1, "reading or writing failed") \
	X(ENOSPACE,      LOCAL, 1, "the disk is full") \
	X(EEXISTS,       LOCAL, 1, "already there") \
	X(EKEYS,         LOCAL, 1, "a key file is missing, unreadable or open to others") \
	X(EPASSPHRASE,   LOCAL, 1, "the passphrase does not open the key file") \
	X(ESTORE,        LOCAL, 1, "the store is damaged") \
	X(ECLOCK,        LOCAL, 1, "the clock is not sane") \
	X(ECONFIG,       LOCAL, 1, "the configuration is wrong") \
	X(ESYSTEM,       LOCAL, 1, "the operating system refused") \
	X(EUSAGE,        USAGE, 2, "not a valid use")
/* clang-format on */

enum sluis_err {
#define X(name, class, exit_code, text) SLUIS_##name,
	SLUIS_ERR_LIST(X)
#undef X
};

enum sluis_err_class sluis_err_class(enum sluis_err err);
/** sluis_err_exit(err): exit code of the command line, design 10. */
int sluis_err_exit(enum sluis_err err);
/** sluis_err_name(err): stable name for JSON and logs, upper case as in the list: "ESIGNATURE". */
const char *sluis_err_name(enum sluis_err err);
/** sluis_err_text(err): one English clause, lower case, no full stop. */
const char *sluis_err_text(enum sluis_err err);

#endif

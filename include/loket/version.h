/* The release, as --version and the milter's log tell it. */
#ifndef LOKET_VERSION_H
#define LOKET_VERSION_H

#define LOKET_VERSION "0.1"

#endif

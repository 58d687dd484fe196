/*
 * rating.h
 *	  Letter grades with notches, AAA+ ... C-, D.
 *
 * A grade is a small integer that orders as the grades do, and is what is
 * stored and sent: 3 * class + notch, where class counts D 0, C 1, CC 2, CCC 3,
 * B 4, BB 5, BBB 6, A 7, AA 8, AAA 9 and notch is -1, 0 or 1.  So D is 0,
 * C- 2, C 3, C+ 4, ... AAA- 26, AAA 27, AAA+ 28.  These codes never change.
 */
#ifndef GROWTH_INDEX_RATING_H
#define GROWTH_INDEX_RATING_H

#include "postgres.h"

#define RATING_D		0
#define RATING_LOWEST	RATING_D
#define RATING_HIGHEST	28

#define RATING_SPELLINGS	"AAA, AA, A, BBB, BB, B, CCC, CC, C with + or - behind, or D"

extern bool rating_is_valid(int code);
extern int16 rating_parse(const char *text, int len, bool *ok);
extern const char *rating_name(int16 code);

#endif							/* GROWTH_INDEX_RATING_H */

/*
 * shape.c
 *	  The fingerprint of a shape: the first 64 bits of its SHA-256.
 *
 * A compiled expression knows a shape again by its fingerprint and its number
 * of codes alone, so that a scan reads neither lengths nor codes.  The hash is a
 * cryptographic one: to have another's profiles read by a wrong shape takes a
 * second shape of the same fingerprint, one in 2^64.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "profile.h"

#define SHAPES_KEPT		64		/* rows that follow each other are of few shapes */
#define SHAPE_KEPT_LEN	4096

typedef struct KeptShape
{
	uint32		len;			/* 0: free */
	uint32		room;
	uint8	   *shape;
	uint64		id;
} KeptShape;

static KeptShape *kept_shapes = NULL;

static uint64
shape_digest(const uint8 *shape, uint32 len)
{
	bytea	   *source = palloc(VARHDRSZ + len);
	bytea	   *digest;
	uint64		id;

	SET_VARSIZE(source, VARHDRSZ + len);
	memcpy(VARDATA(source), shape, len);
	digest = DatumGetByteaPP(DirectFunctionCall1(sha256_bytea, PointerGetDatum(source)));
	memcpy(&id, VARDATA_ANY(digest), sizeof(id));
	pfree(source);
	return id;
}

uint64
shape_id(const uint8 *shape, uint32 len)
{
	KeptShape  *kept;

	if (len == 0 || len > SHAPE_KEPT_LEN)
		return shape_digest(shape, len);
	if (kept_shapes == NULL)
		kept_shapes = MemoryContextAllocZero(TopMemoryContext,
											 SHAPES_KEPT * sizeof(KeptShape));
	kept = &kept_shapes[hash_bytes(shape, len) % SHAPES_KEPT];
	if (kept->len == len && memcmp(kept->shape, shape, len) == 0)
		return kept->id;
	kept->len = 0;
	if (kept->room < len)
	{
		uint8	   *room = MemoryContextAlloc(TopMemoryContext, len);

		if (kept->shape != NULL)
			pfree(kept->shape);
		kept->shape = room;
		kept->room = len;
	}
	kept->id = shape_digest(shape, len);
	memcpy(kept->shape, shape, len);
	kept->len = len;
	return kept->id;
}

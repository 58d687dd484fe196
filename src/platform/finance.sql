/*
 * Finance: the money that enterprises raised, equity rounds and loans drawn.
 */
CREATE TABLE growth_index.financing_event (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	credit_code	growth_index.credit_code NOT NULL,
	institution	text,
	kind		text NOT NULL CHECK (kind IN ('equity', 'debt')),
	amount		numeric(18,2) NOT NULL CHECK (amount > 0),
	happened_on	date NOT NULL,
	product		text,
	note		text,
	credit_line	bigint,
	recorded_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
CREATE INDEX financing_event_enterprise ON growth_index.financing_event (credit_code);
COMMENT ON TABLE growth_index.financing_event IS 'Money that enterprises raised (append-only): equity rounds and loans drawn.';
COMMENT ON COLUMN growth_index.financing_event.id IS 'Number.';
COMMENT ON COLUMN growth_index.financing_event.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.financing_event.institution IS 'Institution; NULL: not one of the platform.';
COMMENT ON COLUMN growth_index.financing_event.kind IS 'equity or debt.';
COMMENT ON COLUMN growth_index.financing_event.amount IS 'Amount in yuan.';
COMMENT ON COLUMN growth_index.financing_event.happened_on IS 'Day.';
COMMENT ON COLUMN growth_index.financing_event.product IS 'Product, where it was one.';
COMMENT ON COLUMN growth_index.financing_event.note IS 'Anything else, such as the round.';
COMMENT ON COLUMN growth_index.financing_event.credit_line IS 'Credit line that it was drawn from; NULL: none of the platform.';
COMMENT ON COLUMN growth_index.financing_event.recorded_at IS 'When it was recorded.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.financing_event', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.financing_event_id_seq', '');
CREATE TRIGGER append_only
	BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.financing_event
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

CREATE FUNCTION growth_index.record_equity(credit_code growth_index.credit_code, institution text, amount numeric, round text,
	happened_on date DEFAULT current_date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made bigint;
BEGIN
	IF institution IS NULL THEN
		PERFORM growth_index.require_enterprise(credit_code);
	ELSE
		PERFORM growth_index.require_institution(institution);
		IF NOT EXISTS (SELECT FROM growth_index.institution AS i WHERE i.code = record_equity.institution) THEN
			RAISE EXCEPTION 'institution "%" is not known', institution USING ERRCODE = 'foreign_key_violation';
		END IF;
	END IF;
	/* a round counts once for an investor; a lock in memory would let one transaction record only so many */
	PERFORM growth_index.lock_money('equity ' || credit_code::text);
	SELECT f.id INTO made FROM growth_index.financing_event AS f
	WHERE f.credit_code OPERATOR(growth_index.=) record_equity.credit_code AND f.kind = 'equity'
		AND f.institution IS NOT DISTINCT FROM record_equity.institution AND f.note = round;
	IF FOUND THEN
		IF EXISTS (SELECT FROM growth_index.financing_event AS f WHERE f.id = made
			AND (f.amount, f.happened_on) = (record_equity.amount, record_equity.happened_on)) THEN
			RETURN made;
		END IF;
		RAISE EXCEPTION 'round "%" of enterprise % is recorded otherwise', round, credit_code USING ERRCODE = 'unique_violation';
	END IF;
	INSERT INTO growth_index.financing_event (credit_code, institution, kind, amount, happened_on, note)
	VALUES (credit_code, institution, 'equity', amount, happened_on, round) RETURNING id INTO made;
	RETURN made;
END
$$;
COMMENT ON FUNCTION growth_index.record_equity(growth_index.credit_code, text, numeric, text, date) IS
'An equity round (股权融资) in yuan: by the institution that invested, or, where it is none of the platform (NULL), by the enterprise. The number of its financing_event; the same again is no new one. Errors: 42501 another''s, 23503 unknown institution, 23505 this investor''s part of the round is recorded otherwise, 40001 in a snapshot older than the last round recorded of the enterprise.';
REVOKE ALL ON FUNCTION growth_index.record_equity(growth_index.credit_code, text, numeric, text, date) FROM PUBLIC;
INSERT INTO growth_index.role_right (roles, privileges, objects) VALUES
	('{institution,enterprise,app}', '{EXECUTE}', '{"record_equity(growth_index.credit_code,text,numeric,text,date)"}');

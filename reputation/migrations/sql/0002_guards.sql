-- What the ledger's tables refuse whoever asks, and what the web and worker login may not even ask.

-- Entries of one transfer sum to zero per unit. A statement trigger over the new rows: cheaper than a deferred
-- trigger per row, and since entries are never changed, looking at the new ones is enough. A second leg
-- brought in a later statement is refused with the first, which stands alone.
CREATE FUNCTION reputation_check_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    -- A look-up per row and no join: the plan that is kept must not read all accounts when there are many.
    SELECT e.transfer_id, e.unit, pg_catalog.sum(e.amount) AS total INTO wrong
    FROM (
        SELECT n.transfer_id, n.amount,
            (SELECT a.unit FROM public.reputation_account a WHERE a.id = n.account_id) AS unit
        FROM added n
    ) e
    GROUP BY e.transfer_id, e.unit HAVING pg_catalog.sum(e.amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Entries of transfer % sum to % %, not to zero.', wrong.transfer_id, wrong.total, wrong.unit
            USING ERRCODE = 'GH104';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER entry_sums_to_zero AFTER INSERT ON reputation_entry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION reputation_check_balanced();

-- Per statement, so that even an UPDATE that would touch no row is refused.
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reputation_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reputation_entry
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();

-- An account's balance moves; whose it is and what it holds does not.
CREATE TRIGGER account_stays BEFORE DELETE OR TRUNCATE ON reputation_account
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER account_keeps_its_owner BEFORE UPDATE OF id, guild_id, subject_id, kind, unit ON reputation_account
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();

-- Balances are rewritten with every posting: room on the page keeps those updates off the indexes.
ALTER TABLE reputation_account SET (fillfactor = 70);

REVOKE ALL ON reputation_account, reputation_transfer, reputation_entry FROM :app_role:;
REVOKE ALL ON SEQUENCE reputation_entry_id_seq FROM :app_role:;
GRANT SELECT ON reputation_account, reputation_transfer, reputation_entry TO :app_role:;

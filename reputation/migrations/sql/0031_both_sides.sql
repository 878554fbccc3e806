-- A transfer carries both of its sides: the two accounts, and for a person's what it held after the move, its version and the
-- hash chained to the one before. One row is written for a transfer instead of three, and that its entries sum to zero
-- follows from there being one amount. The entries stay readable as a view (ADR 0104).

ALTER TABLE reputation_transfer
    ADD COLUMN number bigint,
    ADD COLUMN source_account_id uuid, ADD COLUMN source_balance bigint, ADD COLUMN source_version bigint,
    ADD COLUMN source_hash bytea,
    ADD COLUMN target_account_id uuid, ADD COLUMN target_balance bigint, ADD COLUMN target_version bigint,
    ADD COLUMN target_hash bytea;

ALTER TABLE reputation_transfer DISABLE TRIGGER transfer_append_only;
UPDATE reputation_transfer t SET number = g.id, source_account_id = s.account_id, source_balance = s.balance,
    source_version = s.version, source_hash = s.hash, target_account_id = g.account_id, target_balance = g.balance,
    target_version = g.version, target_hash = g.hash
FROM reputation_entry s, reputation_entry g
WHERE s.transfer_id = t.id AND s.amount < 0 AND g.transfer_id = t.id AND g.amount > 0;
ALTER TABLE reputation_transfer ENABLE TRIGGER transfer_append_only;

ALTER TABLE reputation_transfer
    DROP COLUMN request_hash,
    ALTER COLUMN number SET NOT NULL,
    ALTER COLUMN source_account_id SET NOT NULL,
    ALTER COLUMN target_account_id SET NOT NULL;
-- Drawn while the accounts are locked, so on each account the numbers rise with the versions.
CREATE SEQUENCE reputation_transfer_number_seq OWNED BY reputation_transfer.number;
SELECT setval('reputation_transfer_number_seq', max(number)) FROM reputation_transfer HAVING max(number) IS NOT NULL;
ALTER TABLE reputation_transfer ALTER COLUMN number SET DEFAULT nextval('reputation_transfer_number_seq');
REVOKE ALL ON SEQUENCE reputation_transfer_number_seq FROM :app_role:;

-- The rules of a row, in a trigger: PostgreSQL reads the text of a check constraint anew at every statement, which took a
-- quarter of a posting's time (ADR 0104). The accounts' rules that can't be broken by a move are looked at when one is made.
CREATE FUNCTION reputation_check_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text := CASE
        WHEN NEW.amount <= 0 THEN 'transfer_amount_positive'
        WHEN NEW.reason NOT IN ('contribution_approved', 'review_paid', 'vested', 'spent', 'expired', 'reversal',
            'contribution_corrected', 'debt_repaid', 'history_imported') THEN 'transfer_reason_known'
        WHEN NEW.reason = 'history_imported' AND NEW.unit <> 'REP' THEN 'transfer_import_mints_no_points'
        WHEN (NEW.reason = 'reversal') <> (NEW.reverses_id IS NOT NULL) THEN 'transfer_reversal_names_original'
        WHEN NEW.source_account_id = NEW.target_account_id THEN 'transfer_has_two_accounts'
        WHEN num_nulls(NEW.source_balance, NEW.source_version, NEW.source_hash) % 3 <> 0
            OR num_nulls(NEW.target_balance, NEW.target_version, NEW.target_hash) % 3 <> 0
            THEN 'transfer_sides_chained_whole_or_not'
        WHEN NEW.sequence < 0 OR NEW.policy_version < 0 THEN 'transfer_counts_from_zero'
    END;
BEGIN
    IF broken IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Transfer % breaks the rule %.', NEW.id, broken USING ERRCODE = 'check_violation', CONSTRAINT = broken;
END $$;
CREATE TRIGGER transfer_keeps_the_rules BEFORE INSERT ON reputation_transfer
    FOR EACH ROW EXECUTE FUNCTION reputation_check_transfer();

CREATE FUNCTION reputation_check_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text := CASE
        WHEN NEW.kind NOT IN ('rep', 'pts_pending', 'pts_available', 'pts_held', 'pts_debt', 'issuance', 'redeemed', 'expired')
            OR (NEW.subject_id IS NULL) <> (NEW.kind IN ('issuance', 'redeemed', 'expired'))
            THEN 'account_kind_has_its_owner'
        WHEN NEW.unit NOT IN ('REP', 'PTS') OR (NEW.kind <> 'issuance' AND (NEW.unit = 'REP') <> (NEW.kind = 'rep'))
            THEN 'account_kind_has_its_unit'
    END;
BEGIN
    IF broken IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Account % breaks the rule %.', NEW.id, broken USING ERRCODE = 'check_violation', CONSTRAINT = broken;
END $$;
CREATE TRIGGER account_keeps_the_rules BEFORE INSERT ON reputation_account
    FOR EACH ROW EXECUTE FUNCTION reputation_check_account();

-- What pends is written by a posting and afterwards only falls, or waits for something.
CREATE OR REPLACE FUNCTION reputation_pending_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF (NEW.transfer_id, NEW.account_id, NEW.vests_on) IS DISTINCT FROM (OLD.transfer_id, OLD.account_id, OLD.vests_on)
        OR NEW.amount > OLD.amount THEN
        RAISE EXCEPTION 'Points of transfer % pend as they were minted.', OLD.transfer_id USING ERRCODE = 'GH001';
    ELSIF NEW.held_for NOT IN ('', 'challenge', 'second_look') THEN
        RAISE EXCEPTION 'Points wait for a challenge, for a second reviewer, or for their day, not for %.', NEW.held_for
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pending_points_held_for_known';
    END IF;
    RETURN NEW;
END $$;

DROP TABLE reputation_entry;
DROP FUNCTION reputation_check_balanced();
CREATE VIEW reputation_entry AS
SELECT number * 2 AS id, id AS transfer_id, source_account_id AS account_id, -amount AS amount, source_balance AS balance,
    source_version AS version, source_hash AS hash
FROM reputation_transfer
UNION ALL
SELECT number * 2 + 1, id, target_account_id, amount, target_balance, target_version, target_hash
FROM reputation_transfer;
REVOKE ALL ON reputation_entry FROM :app_role:;
GRANT SELECT ON reputation_entry TO :app_role:;

-- Both accounts are of the transfer's guild and unit, so what leaves one and arrives at the other is the same thing.
CREATE UNIQUE INDEX account_of_guild_and_unit ON reputation_account (id, guild_id, unit);
ALTER TABLE reputation_transfer
    ADD CONSTRAINT transfer_source_is_an_account FOREIGN KEY (source_account_id, guild_id, unit)
        REFERENCES reputation_account (id, guild_id, unit),
    ADD CONSTRAINT transfer_target_is_an_account FOREIGN KEY (target_account_id, guild_id, unit)
        REFERENCES reputation_account (id, guild_id, unit);

DROP FUNCTION post_transfers(jsonb, timestamptz);
DROP FUNCTION reputation_post_many(jsonb, timestamptz);
DROP FUNCTION reputation_open_missing(uuid[], jsonb);
DROP FUNCTION reputation_posted_before(jsonb);
DROP FUNCTION reputation_open_account(uuid, jsonb);
DROP TYPE reputation_line, reputation_written, reputation_moved;

-- A transfer that is about to be written.
CREATE TYPE reputation_moved AS (
    ordinal bigint, said reputation_said, content_hash bytea, source_id uuid, target_id uuid, vests_on date, pending uuid,
    says_when boolean
);

-- The transfer that was posted for this request before, or none. Refuses one that says something else, and one whose source was
-- posted under another key. When it was earned is compared only where the request says it.
CREATE FUNCTION reputation_posted_before(said reputation_said, says_when boolean) RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    stands record;
BEGIN
    SELECT t.id, t.effective_at, t.posted_at, t.content_hash INTO stands
    FROM public.reputation_transfer t WHERE t.idempotency_key = said.idempotency_key;
    IF NOT FOUND THEN
        IF EXISTS (
            SELECT FROM public.reputation_transfer t WHERE t.source_id = said.source_id AND t.reason = said.reason
                AND t.source_kind = said.source_kind AND t.sequence = said.sequence
        ) OR EXISTS (SELECT FROM public.reputation_transfer t WHERE t.reverses_id = said.reverses_id) THEN
            RAISE EXCEPTION 'Reason % has been posted for % % under another key than %.', said.reason, said.source_kind,
                said.source_id, said.idempotency_key USING ERRCODE = 'GH102';
        END IF;
        RETURN NULL;
    END IF;
    said.id := stands.id;
    said.posted_at := stands.posted_at;
    IF NOT says_when THEN
        said.effective_at := stands.effective_at;
    END IF;
    IF public.reputation_content_hash(said) <> stands.content_hash THEN
        RAISE EXCEPTION 'Key % was used for a different transfer, %.', said.idempotency_key, stands.id
            USING ERRCODE = 'GH101';
    END IF;
    RETURN stands.id;
END $$;

-- Make those of these accounts that are missing, in the order of their ids. `requests` say what they are.
CREATE FUNCTION reputation_open_accounts(accounts uuid[], requests jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT DISTINCT ON (s.id) s.*
        FROM (
            SELECT reputation_account_id(q.guild_id, v.subject, v.kind, q.unit) AS id, q.guild_id, v.subject, v.kind, q.unit
            FROM jsonb_populate_recordset(NULL::reputation_said, requests) AS q
            CROSS JOIN LATERAL (VALUES (q.source_subject, q.source_account), (q.target_subject, q.target_account))
                AS v (subject, kind)
        ) s
        WHERE s.id = ANY (accounts) OR (accounts IS NULL AND s.subject IS NULL)
        ORDER BY s.id
    LOOP
        INSERT INTO reputation_account (id, guild_id, subject_id, kind, unit, balance, version)
        VALUES (one.id, one.guild_id, one.subject, one.kind, one.unit, 0, 0) ON CONFLICT DO NOTHING;
        IF NOT EXISTS (SELECT FROM reputation_account a WHERE a.id = one.id) THEN
            RAISE EXCEPTION 'Account % stands under another id.', one.id USING ERRCODE = 'GH105';
        END IF;
    END LOOP;
END $$;

-- Lock people's accounts that these requests name, and make those that are missing, all in the order of their ids; after them the
-- guild's are made. One order for both, because who makes an account is waited for as well.
CREATE FUNCTION reputation_hold_accounts(requests jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    touched uuid[] := ARRAY(
        SELECT DISTINCT reputation_account_id(q.guild_id, v.subject, v.kind, q.unit)
        FROM jsonb_populate_recordset(NULL::reputation_said, requests) AS q
        CROSS JOIN LATERAL (VALUES (q.source_subject, q.source_account), (q.target_subject, q.target_account))
            AS v (subject, kind)
        WHERE v.subject IS NOT NULL ORDER BY 1
    );
    account uuid;
    has_new boolean := false;
BEGIN
    IF cardinality(touched) >= 16 AND NOT EXISTS (
        SELECT FROM unnest(touched) AS t (id) WHERE NOT EXISTS (SELECT FROM reputation_account a WHERE a.id = t.id)
    ) THEN
        PERFORM FROM reputation_account a WHERE a.id = ANY (touched) ORDER BY a.id FOR NO KEY UPDATE;
        RETURN;
    END IF;
    FOREACH account IN ARRAY touched LOOP
        PERFORM FROM reputation_account a WHERE a.id = account FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            PERFORM reputation_open_accounts(ARRAY[account], requests);
            PERFORM FROM reputation_account a WHERE a.id = account FOR NO KEY UPDATE;
            has_new := true;
        END IF;
    END LOOP;
    IF has_new THEN
        PERFORM reputation_open_accounts(NULL, requests);
    END IF;
END $$;

-- Post an array of transfers, all or none. Each request is an object with the fields of reputation_said; without an
-- effective_at it is effective `now`, and its posted_at is always the transaction's.
-- Returns nothing, or of the requests that had been posted before: by ordinal from 1, the id of the transfer in the ledger. One value
-- and no table, because reading from a table costs a posting a tenth more.
-- A request whose points pend says besides on which day they vest (`vests_on`); one that moves pending points says of which
-- transfer they were minted (`pending`); a reversal says what it takes back (`reverses_id`), whole and out of its own guild.
-- Errors: GH101 key used for a different request, GH102 source posted before under another key, GH103 an account
-- would leave its side of zero, GH105 an account stands under an id that is not its own, GH106 points would pend without a
-- day or stop pending without having been, GH107 a reversal differs from what it takes back.
-- From 16 requests on they go through `reputation_post_many`.
-- Locks: people's accounts in order of their ids, then the transfers' keys, then what pends. Two calls with one key name the same
-- accounts, so the second waits there for the first and then sees what it wrote. A guild's accounts are never locked, or every
-- approval of the guild would queue there.
CREATE FUNCTION post_transfers(requests jsonb, now timestamptz) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    asked_count integer := jsonb_array_length(requests);
    blank reputation_said;
    request jsonb;
    said reputation_said;
    content bytea;
    source uuid;
    target uuid;
    -- A person's side after the move, and the account's hash before it.
    source_balance bigint;
    source_version bigint;
    source_hash bytea;
    source_before bytea;
    target_balance bigint;
    target_version bigint;
    target_hash bytea;
    target_before bytea;
    are_held boolean;
    is_posted boolean := false;
    repeated uuid;
    before jsonb;
BEGIN
    IF asked_count >= 16 THEN
        RETURN reputation_post_many(requests, post_transfers.now);
    END IF;
    blank.effective_at := post_transfers.now;
    -- A single one that leaves a guild's account takes one lock; all others take theirs in one order.
    IF asked_count <> 1 OR requests -> 0 ->> 'source_subject' IS NOT NULL THEN
        PERFORM reputation_hold_accounts(requests);
        are_held := true;
    END IF;

    FOR place IN 1..asked_count LOOP
        request := requests -> place - 1;
        said := jsonb_populate_record(blank, request);
        said.posted_at := transaction_timestamp();
        content := reputation_content_hash(said);
        source := reputation_account_id(said.guild_id, said.source_subject, said.source_account, said.unit);
        target := reputation_account_id(said.guild_id, said.target_subject, said.target_account, said.unit);
        IF place > 1 THEN
            is_posted := false;
            source_balance := NULL;
            source_version := NULL;
            source_hash := NULL;
            target_balance := NULL;
            target_version := NULL;
            target_hash := NULL;
        END IF;

        IF said.source_subject IS NOT NULL THEN
            UPDATE reputation_account a SET balance = a.balance - said.amount, version = a.version + 1,
                last_hash = reputation_entry_hash(
                    a.last_hash, a.id, content, -said.amount, a.balance - said.amount, a.version + 1)
            WHERE a.id = source AND (a.balance >= said.amount OR a.kind = 'pts_debt')
            RETURNING new.balance, new.version, new.last_hash, old.last_hash
            INTO source_balance, source_version, source_hash, source_before;
        END IF;
        IF said.target_subject IS NOT NULL THEN
            LOOP
                UPDATE reputation_account a SET balance = a.balance + said.amount, version = a.version + 1,
                    last_hash = reputation_entry_hash(
                        a.last_hash, a.id, content, said.amount, a.balance + said.amount, a.version + 1)
                WHERE a.id = target AND (a.kind <> 'pts_debt' OR a.balance + said.amount <= 0)
                RETURNING new.balance, new.version, new.last_hash, old.last_hash
                INTO target_balance, target_version, target_hash, target_before;
                EXIT WHEN FOUND OR are_held;
                PERFORM reputation_hold_accounts(requests);
                are_held := true;
            END LOOP;
        ELSIF NOT EXISTS (SELECT FROM reputation_account a WHERE a.id = target) THEN
            PERFORM reputation_open_accounts(NULL, requests);
        END IF;

        IF (said.source_subject IS NULL OR source_version IS NOT NULL)
            AND (said.target_subject IS NULL OR target_version IS NOT NULL) THEN
            -- Without a conflict target, so that a repeated source is met here too and named below.
            INSERT INTO reputation_transfer (
                id, idempotency_key, reason, source_kind, source_id, sequence, guild_id, unit, amount, policy_version,
                arithmetic, effective_at, posted_at, reverses_id, content_hash, source_account_id, source_balance,
                source_version, source_hash, target_account_id, target_balance, target_version, target_hash
            ) VALUES (
                said.id, said.idempotency_key, said.reason, said.source_kind, said.source_id, said.sequence,
                said.guild_id, said.unit, said.amount, said.policy_version, said.arithmetic, said.effective_at,
                said.posted_at, said.reverses_id, content, source, source_balance,
                source_version, source_hash, target, target_balance, target_version, target_hash
            ) ON CONFLICT DO NOTHING;
            is_posted := FOUND;
        END IF;
        IF NOT is_posted THEN
            -- It was posted before, or an account does not allow it: what moved goes back.
            UPDATE reputation_account a SET balance = a.balance + said.amount, version = a.version - 1,
                last_hash = source_before WHERE a.id = source AND source_version IS NOT NULL;
            UPDATE reputation_account a SET balance = a.balance - said.amount, version = a.version - 1,
                last_hash = target_before WHERE a.id = target AND target_version IS NOT NULL;
            repeated := reputation_posted_before(said, request ? 'effective_at');
            IF repeated IS NULL THEN
                RAISE EXCEPTION 'From % to % there is no way for % %.', source, target, said.amount, said.unit
                    USING ERRCODE = 'GH103';
            END IF;
            before := coalesce(before, '{}') || jsonb_build_object(place, repeated);
            CONTINUE;
        END IF;

        IF (said.target_account = 'pts_pending') <> (request ? 'vests_on')
            OR (said.source_account = 'pts_pending') <> (request ? 'pending') THEN
            RAISE EXCEPTION 'Transfer % does not say when its points vest, or which points stop pending.', said.id
                USING ERRCODE = 'GH106';
        ELSIF said.target_account = 'pts_pending' THEN
            INSERT INTO reputation_pendingpoints (transfer_id, account_id, amount, vests_on, held_for)
            VALUES (said.id, target, said.amount, (request ->> 'vests_on')::date, '');
        ELSIF said.source_account = 'pts_pending' THEN
            PERFORM reputation_stop_pending(said.id, (request ->> 'pending')::uuid, source, said.amount);
        END IF;
        IF said.reverses_id IS NOT NULL THEN
            PERFORM reputation_check_reversal(said);
        END IF;
    END LOOP;
    RETURN before;
END $$;

-- A reversal takes back one transfer as it was, and none that takes back itself.
CREATE FUNCTION reputation_check_reversal(said reputation_said) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.reputation_transfer t WHERE t.id = said.reverses_id AND t.guild_id = said.guild_id
            AND t.unit = said.unit AND t.amount = said.amount AND t.reverses_id IS NULL
    ) THEN
        RAISE EXCEPTION 'Reversal % does not take back transfer % as it is.', said.id, said.reverses_id
            USING ERRCODE = 'GH107';
    END IF;
END $$;

-- What `post_transfers` does with many requests: a fixed number of statements, and one loop over people's sides.
CREATE FUNCTION reputation_post_many(requests jsonb, now timestamptz) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    blank reputation_said;
    posted reputation_moved[];
    repeated bigint[];
    speaks_not boolean;
    line record;
    account uuid;
    -- A person's account as it stands after the sides so far.
    held_balance bigint;
    held_version bigint;
    held_hash bytea;
    -- By account: as it will stand. By place of the transfer in `posted`: its two sides.
    accounts uuid[];
    balances bigint[];
    versions bigint[];
    hashes bytea[];
    source_balances bigint[];
    source_versions bigint[];
    source_hashes bytea[];
    target_balances bigint[];
    target_versions bigint[];
    target_hashes bytea[];
    written bigint;
BEGIN
    blank.effective_at := reputation_post_many.now;
    PERFORM reputation_hold_accounts(requests);
    PERFORM reputation_open_accounts(NULL, requests);

    WITH asked AS MATERIALIZED (
        SELECT s.place, s.request, jsonb_populate_record(blank, s.request || jsonb_build_object('posted_at', transaction_timestamp())) AS said
        FROM jsonb_array_elements(requests) WITH ORDINALITY AS s (request, place)
    ), met AS (
        SELECT a.*, t.id IS NULL AND row_number() OVER (PARTITION BY (a.said).idempotency_key ORDER BY a.place) = 1 AS is_new
        FROM asked a LEFT JOIN reputation_transfer t ON t.idempotency_key = (a.said).idempotency_key
    )
    SELECT
        array_agg(ROW(
            m.place, m.said, reputation_content_hash(m.said),
            reputation_account_id((m.said).guild_id, (m.said).source_subject, (m.said).source_account, (m.said).unit),
            reputation_account_id((m.said).guild_id, (m.said).target_subject, (m.said).target_account, (m.said).unit),
            (m.request ->> 'vests_on')::date, (m.request ->> 'pending')::uuid, m.request ? 'effective_at'
        )::reputation_moved ORDER BY m.place) FILTER (WHERE m.is_new),
        array_agg(m.place ORDER BY m.place) FILTER (WHERE NOT m.is_new),
        bool_or(((m.said).target_account = 'pts_pending') <> (m.request ? 'vests_on')
            OR ((m.said).source_account = 'pts_pending') <> (m.request ? 'pending')) FILTER (WHERE m.is_new)
    INTO posted, repeated, speaks_not
    FROM met m;

    IF speaks_not THEN
        RAISE EXCEPTION 'A transfer does not say when its points vest, or which points stop pending.'
            USING ERRCODE = 'GH106';
    END IF;

    -- Account by account, and on each in the order of the requests: what it holds after each side.
    FOR line IN
        SELECT p.place, s.account, s.moved, s.content, a.kind, a.balance, a.version, a.last_hash
        FROM (
            SELECT row_number() OVER (ORDER BY m.ordinal) AS place, m.source_id, m.target_id, m.content_hash,
                (m.said).amount AS amount
            FROM unnest(posted) AS m
        ) p
        CROSS JOIN LATERAL (VALUES (p.source_id, -p.amount, p.content_hash), (p.target_id, p.amount, p.content_hash))
            AS s (account, moved, content)
        JOIN reputation_account a ON a.id = s.account AND a.subject_id IS NOT NULL
        ORDER BY s.account, p.place
    LOOP
        IF account IS DISTINCT FROM line.account THEN
            IF account IS NOT NULL THEN
                accounts := array_append(accounts, account);
                balances := array_append(balances, held_balance);
                versions := array_append(versions, held_version);
                hashes := array_append(hashes, held_hash);
            END IF;
            account := line.account;
            held_balance := line.balance;
            held_version := line.version;
            held_hash := line.last_hash;
        END IF;
        held_balance := held_balance + line.moved;
        held_version := held_version + 1;
        held_hash := reputation_entry_hash(held_hash, account, line.content, line.moved, held_balance, held_version);
        IF sign(held_balance) = (CASE WHEN line.kind = 'pts_debt' THEN 1 ELSE -1 END) THEN
            RAISE EXCEPTION 'Account % (%) would stand at %.', account, line.kind, held_balance USING ERRCODE = 'GH103';
        END IF;
        IF line.moved < 0 THEN
            source_balances[line.place] := held_balance;
            source_versions[line.place] := held_version;
            source_hashes[line.place] := held_hash;
        ELSE
            target_balances[line.place] := held_balance;
            target_versions[line.place] := held_version;
            target_hashes[line.place] := held_hash;
        END IF;
    END LOOP;

    UPDATE reputation_account a SET balance = w.balance, version = w.version, last_hash = w.hash
    FROM unnest(array_append(accounts, account), array_append(balances, held_balance), array_append(versions, held_version),
        array_append(hashes, held_hash)) AS w (id, balance, version, hash)
    WHERE a.id = w.id;

    INSERT INTO reputation_transfer (
        id, idempotency_key, reason, source_kind, source_id, sequence, guild_id, unit, amount, policy_version,
        arithmetic, effective_at, posted_at, reverses_id, content_hash, source_account_id, source_balance,
        source_version, source_hash, target_account_id, target_balance, target_version, target_hash
    )
    SELECT (p.said).id, (p.said).idempotency_key, (p.said).reason, (p.said).source_kind, (p.said).source_id,
        (p.said).sequence, (p.said).guild_id, (p.said).unit, (p.said).amount, (p.said).policy_version,
        (p.said).arithmetic, (p.said).effective_at, (p.said).posted_at, (p.said).reverses_id, p.content_hash,
        p.source_id, source_balances[p.place], source_versions[p.place], source_hashes[p.place],
        p.target_id, target_balances[p.place], target_versions[p.place], target_hashes[p.place]
    FROM unnest(posted) WITH ORDINALITY AS p (
        ordinal, said, content_hash, source_id, target_id, vests_on, pending, says_when, place)
    ORDER BY p.place
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written < coalesce(cardinality(posted), 0) THEN
        -- Some source stands under another key: by an earlier call, or twice in this one.
        PERFORM reputation_posted_before(p.said, p.says_when) FROM unnest(posted) AS p
        WHERE NOT EXISTS (SELECT FROM reputation_transfer t WHERE t.id = (p.said).id);
        RAISE EXCEPTION 'An id belongs to another transfer.' USING ERRCODE = 'GH101';
    END IF;

    INSERT INTO reputation_pendingpoints (transfer_id, account_id, amount, vests_on, held_for)
    SELECT (p.said).id, p.target_id, (p.said).amount, p.vests_on, '' FROM unnest(posted) AS p WHERE p.vests_on IS NOT NULL;
    PERFORM reputation_stop_pending((p.said).id, p.pending, p.source_id, (p.said).amount)
    FROM unnest(posted) AS p WHERE p.pending IS NOT NULL;
    PERFORM reputation_check_reversal(p.said) FROM unnest(posted) AS p WHERE (p.said).reverses_id IS NOT NULL;

    RETURN (
        SELECT jsonb_object_agg(r.place, reputation_posted_before(
            jsonb_populate_record(blank, requests -> (r.place - 1)::integer),
            requests -> (r.place - 1)::integer ? 'effective_at'
        )) FROM unnest(repeated) AS r (place)
    );
END $$;

REVOKE ALL ON FUNCTION post_transfers(jsonb, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_post_many(jsonb, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_open_accounts(uuid[], jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_hold_accounts(jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_posted_before(reputation_said, boolean) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_check_reversal(reputation_said) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION post_transfers(jsonb, timestamptz) TO :app_role:;

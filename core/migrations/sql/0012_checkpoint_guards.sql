-- Checkpoints and keys only grow, and each checkpoint is of the root that stands under it.

CREATE FUNCTION core_check_checkpoint() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    -- One at a time, so that the next one sees this one.
    PERFORM pg_advisory_xact_lock(hashtextextended('core.checkpoints', 0));
    IF EXISTS (SELECT FROM core_logcheckpoint WHERE size >= NEW.size) THEN
        RAISE EXCEPTION 'A checkpoint of % entries is not larger than the one before.', NEW.size USING ERRCODE = 'GH003';
    END IF;
    IF NOT EXISTS (SELECT FROM core_logroot r WHERE r.size = NEW.size
        AND split_part(NEW.note, E'\n', 2) = r.size::text AND split_part(NEW.note, E'\n', 3) = encode(r.root_hash, 'base64'))
    THEN
        RAISE EXCEPTION 'The note does not say the root of the first % entries.', NEW.size USING ERRCODE = 'GH003';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION core_check_log_key() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    last core_logkey;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('core.checkpoints', 0));
    SELECT * INTO last FROM core_logkey ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(last.number, 0) + 1 OR NEW.valid_from < last.valid_from OR NEW.name <> last.name
        OR length(NEW.public_key) <> 32 THEN
        RAISE EXCEPTION 'Key % does not follow the one before.', NEW.number USING ERRCODE = 'GH003';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER log_checkpoint_grows BEFORE INSERT ON core_logcheckpoint
    FOR EACH ROW EXECUTE FUNCTION core_check_checkpoint();
CREATE TRIGGER log_checkpoint_append_only BEFORE UPDATE OR DELETE ON core_logcheckpoint
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER log_checkpoint_no_truncate BEFORE TRUNCATE ON core_logcheckpoint
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER log_key_follows BEFORE INSERT ON core_logkey
    FOR EACH ROW EXECUTE FUNCTION core_check_log_key();
CREATE TRIGGER log_key_append_only BEFORE UPDATE OR DELETE ON core_logkey
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER log_key_no_truncate BEFORE TRUNCATE ON core_logkey
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
-- Nodes follow from the leaves, so they may be deleted and made anew; none is changed.
CREATE TRIGGER log_node_stands BEFORE UPDATE ON core_lognode
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();

REVOKE UPDATE, DELETE, TRUNCATE ON core_logcheckpoint, core_logkey FROM :app_role:;
REVOKE UPDATE, TRUNCATE ON core_lognode FROM :app_role:;

-- Append-only tables refuse every change, whoever asks, and states follow their declared steps only.

CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused. A mistake is corrected by a new row.', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'GH001';
END $$;

-- Arguments of the trigger: every declared step as 'from>to'.
CREATE FUNCTION core_check_transition() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF NEW.state IS DISTINCT FROM OLD.state AND NOT (OLD.state || '>' || NEW.state = ANY (TG_ARGV)) THEN
        RAISE EXCEPTION '% % cannot go from % to %.', TG_TABLE_NAME, OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'GH002';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON core_event
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON core_event
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER log_entry_append_only BEFORE UPDATE OR DELETE ON core_logentry
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER log_entry_no_truncate BEFORE TRUNCATE ON core_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER log_root_append_only BEFORE UPDATE OR DELETE ON core_logroot
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER log_root_no_truncate BEFORE TRUNCATE ON core_logroot
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();

REVOKE UPDATE, DELETE, TRUNCATE ON core_event, core_logentry, core_logroot FROM :app_role:;

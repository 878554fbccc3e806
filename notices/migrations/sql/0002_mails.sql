-- The steps of a mail. What was sent, or may have been, is not sent again; a person alone can say so of one in doubt, once.
CREATE TRIGGER mail_transition BEFORE UPDATE OF state ON notices_mail
    FOR EACH ROW EXECUTE FUNCTION core_check_transition(
        'planned>sending', 'planned>skipped', 'sending>sent', 'sending>unknown', 'sending>failed', 'sending>planned',
        'unknown>planned');
CREATE FUNCTION notices_check_resent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.decided_at IS NOT NULL OR NEW.decided_at IS NULL THEN
        RAISE EXCEPTION 'A mail that may have arrived is sent again only when a person says so, once.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'mail_resent_by_a_person';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mail_resent BEFORE UPDATE OF state ON notices_mail
    FOR EACH ROW WHEN (OLD.state = 'unknown' AND NEW.state <> 'unknown') EXECUTE FUNCTION notices_check_resent();

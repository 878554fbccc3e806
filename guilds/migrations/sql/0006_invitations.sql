-- The steps of a list and of its rows. What was sent, or may have been, never waits to be sent again.
CREATE TRIGGER invitation_list_transition BEFORE UPDATE OF state ON guilds_invitationlist
    FOR EACH ROW EXECUTE FUNCTION core_check_transition(
        'draft>sending', 'draft>discarded', 'sending>paused', 'sending>done', 'sending>stopped', 'paused>sending',
        'paused>stopped', 'paused>done', 'done>stopped');
CREATE TRIGGER invitation_transition BEFORE UPDATE OF state ON guilds_invitation
    FOR EACH ROW EXECUTE FUNCTION core_check_transition(
        'new>due', 'new>member', 'new>invited', 'new>unwanted', 'new>dropped',
        'due>sending', 'due>member', 'due>unwanted', 'due>dropped', 'due>failed',
        'sending>sent', 'sending>unknown', 'sending>failed', 'sending>due',
        'sending>joined', 'sent>joined', 'unknown>joined',
        'sending>withdrawn', 'sent>withdrawn', 'unknown>withdrawn',
        'sending>unwanted', 'sent>unwanted', 'unknown>unwanted', 'withdrawn>unwanted', 'dropped>unwanted',
        'failed>unwanted');

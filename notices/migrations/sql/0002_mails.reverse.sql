DROP TRIGGER mail_resent ON notices_mail;
DROP FUNCTION notices_check_resent();
DROP TRIGGER mail_transition ON notices_mail;

-- Until when the process that sends a mail has it to itself; when it died, that time passes and another one sends.
alter table mails add column sending_until timestamptz;

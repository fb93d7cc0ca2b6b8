"""Colour statuses are appended: the database itself refuses to change them, and to delete them outside the ending."""

from django.db import migrations

GUARD = """
create function colour_status_is_decided() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('shouwang.retention', true) = 'on' then
        return old;
    end if;
    raise exception 'a colour is decided from evidence and never edited or deleted'
        using errcode = 'restrict_violation', hint = 'Record or correct evidence; the colour follows by itself.';
end $$;
create trigger colour_status_is_decided before update or delete on codes_colourstatus
    for each row execute function colour_status_is_decided();
"""

UNGUARD = """
drop trigger colour_status_is_decided on codes_colourstatus;
drop function colour_status_is_decided();
"""


class Migration(migrations.Migration):
    dependencies = [("codes", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]

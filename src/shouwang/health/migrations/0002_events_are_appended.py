"""Events are appended: the database itself refuses to change them, and to delete them outside the ending."""

from django.db import migrations

GUARD = """
create function health_event_is_a_fact() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and current_setting('shouwang.retention', true) = 'on' then
        return old;
    end if;
    raise exception 'health events are never edited or deleted: record an event that supersedes % instead', old.ref
        using errcode = 'restrict_violation', hint = 'Only the ending deletes, with shouwang.retention = on.';
end $$;
create trigger health_event_is_a_fact before update or delete on health_healthevent
    for each row execute function health_event_is_a_fact();
"""

UNGUARD = """
drop trigger health_event_is_a_fact on health_healthevent;
drop function health_event_is_a_fact();
"""


class Migration(migrations.Migration):
    dependencies = [("health", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]

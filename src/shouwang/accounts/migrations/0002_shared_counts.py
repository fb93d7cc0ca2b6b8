"""The table of Django's cache. Sign-in counts its limits there and remembers used one-time codes, for all workers."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            create table shared_counts (
                cache_key varchar(255) primary key, value text not null, expires timestamptz not null
            );
            create index shared_counts_expires on shared_counts (expires);
            """,
            "drop table shared_counts",
        ),
    ]

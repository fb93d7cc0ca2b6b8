from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("health", "0003_held_records")]

    operations = [
        migrations.AddField(
            model_name="touched",
            name="area_path",
            field=models.TextField(db_collation="C", default=""),
        ),
        migrations.AddIndex(
            model_name="touched",
            index=models.Index(fields=["at"], name="touched_at"),
        ),
    ]

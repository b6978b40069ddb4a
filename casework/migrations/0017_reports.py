"""Figures of quarters that are over, as they are shown."""

from peewee import CharField, DateField, DateTimeField, JSONField, Model, UUIDField


def up(migrator, db):
    class ReportFigures(Model):
        id = UUIDField(primary_key=True)
        report = CharField(max_length=32)
        quarter = DateField()
        counted_at = DateTimeField()
        content = JSONField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "report_figures"
            indexes = ((("quarter", "report"), True),)

    db.create_tables([ReportFigures])

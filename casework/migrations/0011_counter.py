"""Appointments: who has them, interpreters, reasons, who has come; visits and calendars."""

from peewee import (
    BlobField,
    CharField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
    UUIDField,
)

# In plain SQL where a column is NOT NULL: SQLite takes one with a default as it stands, while
# the migrator would rebuild the table, which its foreign keys refuse.
WHOLE = (
    ("kind", "VARCHAR(16) NOT NULL DEFAULT 'other'"),
    ("reason", "VARCHAR(24) NOT NULL DEFAULT ''"),
    ("revision", "INTEGER NOT NULL DEFAULT 0"),
    ("arranged_at", "{moment} NOT NULL DEFAULT '1970-01-01 00:00:00'"),
)


def up(migrator, db):
    class Table(Model):
        id = UUIDField(primary_key=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Case(Table):
        class Meta:
            table_name = "cases"

    class Staff(Table):
        class Meta:
            table_name = "staff"

    class LifeArea(Table):
        class Meta:
            table_name = "life_areas"

    class Appointment(Table):
        class Meta:
            table_name = "appointments"

    class AppointmentShift(Table):
        case = ForeignKeyField(Case, on_delete="CASCADE")
        appointment = ForeignKeyField(Appointment, on_delete="CASCADE")
        at = DateTimeField()
        starts_at = DateTimeField()
        minutes = IntegerField()
        place = BlobField(null=True)
        wished_by = CharField(max_length=16)
        noted_by = CharField(max_length=200)

        class Meta:
            table_name = "appointment_shifts"

    class Visit(Table):
        key = UUIDField(unique=True)
        at = DateTimeField(index=True)
        case = ForeignKeyField(Case, null=True, on_delete="SET NULL")
        organization_id = UUIDField(null=True)
        staff = ForeignKeyField(Staff, null=True, on_delete="SET NULL")
        language = CharField(max_length=16)
        life_area = ForeignKeyField(LifeArea, null=True, on_delete="SET NULL")
        outcome = CharField(max_length=16)

        class Meta:
            table_name = "visits"
            indexes = ((("organization_id", "at"), False),)

    class CalendarLink(Table):
        staff = ForeignKeyField(Staff, unique=True, on_delete="CASCADE")
        digest = CharField(max_length=64, unique=True)
        created_at = DateTimeField()

        class Meta:
            table_name = "calendar_links"

    moment = "DATETIME" if isinstance(db, SqliteDatabase) else "TIMESTAMP"
    for name, kind in WHOLE:
        column = f'"{name}" {kind.format(moment=moment)}'
        db.execute_sql(f'ALTER TABLE "appointments" ADD COLUMN {column}')
    db.execute_sql('UPDATE "appointments" SET "arranged_at" = "created_at"')
    migrator.migrate(
        migrator.add_column(
            "appointments",
            "staff_id",
            ForeignKeyField(Staff, Staff.id, null=True, on_delete="SET NULL", index=False),
        ),
        *(
            migrator.add_column("appointments", name, BlobField(null=True))
            for name in ("interpreter_by", "note")
        ),
        *(
            migrator.add_column("appointments", name, DateTimeField(null=True))
            for name in (
                "interpreter_ordered_at",
                "reminded_at",
                "arrived_at",
                "served_at",
                "left_at",
            )
        ),
        migrator.add_index("appointments", ("staff_id", "starts_at")),
    )
    db.create_tables([AppointmentShift, Visit, CalendarLink])

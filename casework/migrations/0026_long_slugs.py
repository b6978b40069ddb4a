"""Forms of other programs have long names: addresses hold up to 80 characters of them."""

from peewee import SqliteDatabase


def up(migrator, db):
    if not isinstance(db, SqliteDatabase):  # SQLite holds texts of any length
        db.execute_sql('ALTER TABLE "questionnaires" ALTER COLUMN "slug" TYPE VARCHAR(80)')

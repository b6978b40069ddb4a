from tests.stories.test_durability import *
from tests.stories.test_durability import _now
def test_dbg(db, config, drafts):
    with RunningServer(config) as server:
        (t,) = drafts(1, at=_now())
        b = Browser(server.address, {"draft-help": t})
        p = b.get(CHECK)
        print(p.status_code, p.request.path)
        d = {"csrf_token": csrf_token(p.get_data(as_text=True)), "action": "submit"}
        a = b.post(CHECK, data=d)
        print(a.status_code, a.request.path, Submission.select().count(), Draft.select().count())
        import subprocess
        print(config.database_url, server.config.database_url)
        from casework.core.db import database
        print(database.obj.database)

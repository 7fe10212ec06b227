"""The smoke scenario for Locust: each user casts one vote of the file a second, each vote once.

ELECTION and VOTES_FILE are what `make load OPEN=1 RUNNING=1` prints. One process only: users share the open file.
"""

import os

from locust import FastHttpUser, constant_throughput, task

PATH = f"/v1/elections/{os.environ['ELECTION']}/votes"
votes = open(os.environ["VOTES_FILE"], "rb")


class Voter(FastHttpUser):
    wait_time = constant_throughput(1)

    @task
    def cast(self):
        body = votes.readline()
        if not body:
            self.environment.runner.quit()
            return
        headers = {"content-type": "application/json"}
        with self.client.post(PATH, data=body, headers=headers, name="cast", catch_response=True) as answer:
            if answer.status_code != 201:
                answer.failure(f"answered {answer.status_code}, not 201")

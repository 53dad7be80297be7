"""Topics of SNS: real clients publish, and what they published is there to be looked at."""
import json
import shutil
import subprocess
import unittest

from support.stage import StageTest

try:
    import boto3
    from botocore.exceptions import ClientError
except ImportError:
    boto3 = None


class TopicTest(StageTest):
    def messages(self, *words):
        done = self.stage.sluice("local", "messages", "-o", "json", *words)
        self.assertEqual(done.code, 0, str(done))
        return done.json()["messages"]

    @unittest.skipUnless(boto3, "boto3 is not installed")
    def test_boto3_publishes_and_the_message_outlives_the_endpoint(self):
        client = boto3.client("sns", endpoint_url=self.stage.url, region_name="us-east-1",
                              aws_access_key_id="tests", aws_secret_access_key="tests")
        topic = client.create_topic(Name="ops")["TopicArn"]
        self.assertEqual(topic, "arn:aws:sns:us-east-1:000000000000:ops")
        self.assertEqual(client.list_topics()["Topics"], [{"TopicArn": topic}])
        self.assertEqual(client.get_topic_attributes(TopicArn=topic)["Attributes"]["TopicArn"],
                         topic)
        sent = client.publish(TopicArn=topic, Subject="a release", Message="it began")["MessageId"]
        with self.assertRaises(ClientError) as caught:
            client.publish(TopicArn=topic + "-none", Message="lost")
        self.assertEqual(caught.exception.response["Error"]["Code"], "NotFound")
        self.stage.endpoint.end()
        self.stage.up()
        kept = self.messages("--clear")
        self.assertEqual([(one["id"], one["subject"], one["text"]) for one in kept],
                         [(sent, "a release", "it began")])
        self.assertEqual(self.messages(), [])

    @unittest.skipUnless(shutil.which("aws"), "the AWS CLI is not installed")
    def test_the_aws_cli_publishes(self):
        topic = self.aws("create-topic", "--name", "ops")["TopicArn"]
        self.aws("publish", "--topic-arn", topic, "--message", "first line\nsecond line")
        shown = self.stage.sluice("local", "messages")
        self.assertIn(topic, shown.out, str(shown))
        self.assertIn("  second line\n", shown.out, str(shown))

    def aws(self, *words):
        done = subprocess.run(["aws", "--output", "json", "sns", *words], env=self.stage.env,
                              capture_output=True, cwd=self.stage.folder, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

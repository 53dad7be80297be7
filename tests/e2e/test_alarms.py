"""CloudWatch alarms: real clients make them, real failures set them off, releases mind them."""
import json
import os
import shutil
import subprocess
import unittest

from support.processes import until
from support.stage import BROKEN, StageTest

try:
    import boto3
    from botocore.exceptions import ClientError
except ImportError:
    boto3 = None

ERRORS = {"AlarmName": "orders-errors", "Namespace": "AWS/Lambda", "MetricName": "Errors",
          "Dimensions": [{"Name": "FunctionName", "Value": "orders"},
                         {"Name": "Resource", "Value": "orders:live"}],
          "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.0,
          "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching"}


class AlarmTest(StageTest):
    def alarm(self, operation, **members):
        return self.stage.wire.metrics(operation, members)

    def state(self, name="orders-errors"):
        found = self.alarm("DescribeAlarms", AlarmNames=[name])["MetricAlarms"]
        return found[0]["StateValue"] if found else None

    def test_a_failing_version_sets_the_alarm_off_and_the_release_goes_back(self):
        self.deployed("one")
        self.alarm("PutMetricAlarm", **ERRORS)
        self.assertEqual(self.state(), "OK")
        running, run = self.stage.start_deploy(
            "two", text=BROKEN % "tea", alarms=["orders-errors"],
            strategy=[{"shift": 50, "pause": "1h"}])
        until(lambda: "2" in self.stage.wire.alias("orders")[1], "half is on version 2")

        def fails():
            self.stage.wire.invoke("orders:live")
            return self.state() == "ALARM"

        until(fails, "the alarm goes off")
        self.assertEqual(running.wait(), 5, running.out + running.err)
        self.assertAlias("1")
        shown = self.stage.sluice("get", run)
        self.assertIn("Activated alarms: <orders-errors>", shown.out, str(shown))

    def test_an_alarm_that_is_off_already_stops_a_release_before_its_traffic_moves(self):
        self.deployed("one")
        self.alarm("PutMetricAlarm", **ERRORS)
        self.alarm("SetAlarmState", AlarmName="orders-errors", StateValue="ALARM",
                   StateReason="a drill")
        done = self.stage.deploy("two", alarms=["orders-errors"],
                                 strategy=[{"shift": 50, "pause": "1h"}])
        self.assertEqual(done.code, 1, str(done))
        self.assertIn(done.result["state"], ("failed", "rolled_back"), str(done))
        self.assertAlias("1")

    def test_a_name_that_no_alarm_has_is_told_and_lets_the_release_go_on(self):
        done = self.stage.deploy("one", alarms=["orders-erors"])
        self.assertEqual(done.code, 0, str(done))
        self.assertIn("knows no alarm called orders-erors", done.out + done.err)

    def test_who_may_not_read_alarms_is_told_the_right_that_is_missing(self):
        self.deployed("one")
        self.stage.fault("DescribeAlarms", "deny", times=10)
        done = self.stage.deploy("two", alarms=["orders-errors"],
                                 strategy=[{"shift": 50, "pause": "1h"}])
        self.assertEqual(done.code, 4, str(done))
        self.assertIn("cloudwatch:DescribeAlarms", done.out + done.err)
        self.assertAlias("1")
        done = self.stage.deploy("three", alarms={"names": ["orders-errors"], "unread": "ignore"})
        self.assertEqual(done.code, 0, str(done))

    def test_a_state_outlives_the_endpoint(self):
        self.alarm("PutMetricAlarm", **{**ERRORS, "Period": 3600})
        self.alarm("SetAlarmState", AlarmName="orders-errors", StateValue="ALARM",
                   StateReason="a drill")
        self.stage.endpoint.end()
        self.stage.up()
        self.assertEqual(self.state(), "ALARM")

    def test_plan_shows_what_is_watched(self):
        file = self.stage.release_file("one", alarms=["orders-errors"])
        shown = self.stage.sluice("plan", file)
        self.assertIn("alarm orders-errors: until the end; fails as soon as one is in ALARM",
                      shown.out, str(shown))
        self.assertIn("alarms: cloudwatch:DescribeAlarms", shown.out, str(shown))

    @unittest.skipUnless(boto3, "boto3 is not installed")
    def test_boto3_makes_finds_and_deletes_alarms(self):
        client = boto3.client("cloudwatch", endpoint_url=self.stage.url, region_name="us-east-1",
                              aws_access_key_id="tests", aws_secret_access_key="tests")
        for number in range(3):
            client.put_metric_alarm(**{**ERRORS, "AlarmName": "alarm-%d" % number})
        pages = client.get_paginator("describe_alarms").paginate(
            AlarmNamePrefix="alarm-", PaginationConfig={"PageSize": 2})
        found = [alarm for page in pages for alarm in page["MetricAlarms"]]
        self.assertEqual([alarm["AlarmName"] for alarm in found],
                         ["alarm-0", "alarm-1", "alarm-2"])
        for name, value in ERRORS.items():
            if name != "AlarmName":
                self.assertEqual(found[0][name], value)
        self.assertGreater(found[0]["StateUpdatedTimestamp"].year, 2000)
        client.set_alarm_state(AlarmName="alarm-1", StateValue="ALARM", StateReason="a drill")
        off = client.describe_alarms(StateValue="ALARM")["MetricAlarms"]
        self.assertEqual([alarm["AlarmName"] for alarm in off], ["alarm-1"])
        client.disable_alarm_actions(AlarmNames=["alarm-1"])
        self.assertFalse(client.describe_alarms(AlarmNames=["alarm-1"])["MetricAlarms"][0]
                         ["ActionsEnabled"])
        client.delete_alarms(AlarmNames=["alarm-0", "alarm-1", "alarm-2"])
        with self.assertRaises(ClientError) as caught:
            client.set_alarm_state(AlarmName="alarm-1", StateValue="OK", StateReason="gone")
        self.assertEqual(caught.exception.response["Error"]["Code"], "ResourceNotFound")
        with self.assertRaises(ClientError) as caught:
            client.put_metric_alarm(**{**ERRORS, "Period": 90})
        self.assertEqual(caught.exception.response["Error"]["Code"], "ValidationError")

    @unittest.skipUnless(shutil.which("aws"), "the AWS CLI is not installed")
    def test_the_aws_cli_makes_and_sets_alarms(self):
        self.aws("put-metric-alarm", "--alarm-name", "slow", "--namespace", "AWS/Lambda",
                 "--metric-name", "Duration", "--dimensions", "Name=FunctionName,Value=orders",
                 "--extended-statistic", "p99", "--period", "60", "--evaluation-periods", "3",
                 "--datapoints-to-alarm", "2", "--threshold", "1500", "--comparison-operator",
                 "GreaterThanThreshold")
        found = self.aws("describe-alarms", "--alarm-names", "slow")["MetricAlarms"]
        self.assertEqual((found[0]["StateValue"], found[0]["ExtendedStatistic"]),
                         ("INSUFFICIENT_DATA", "p99"))
        self.aws("set-alarm-state", "--alarm-name", "slow", "--state-value", "ALARM",
                 "--state-reason", "a drill")
        found = self.aws("describe-alarms", "--state-value", "ALARM")["MetricAlarms"]
        self.assertEqual(found[0]["StateReason"], "a drill")
        self.aws("delete-alarms", "--alarm-names", "slow")
        self.assertEqual(self.aws("describe-alarms")["MetricAlarms"], [])

    def aws(self, *words):
        done = subprocess.run(["aws", "--output", "json", "cloudwatch", *words],
                              env=self.stage.env, capture_output=True, cwd=self.stage.folder,
                              timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None

"""Unmodified AWS clients speak CodeDeploy to sluice serve: the AWS CLI and boto3."""
import datetime
import hashlib
import json
import os
import shutil
import subprocess
import unittest
import urllib.error
import urllib.request

from support.stage import Stage

try:
    import boto3
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
    from botocore.exceptions import ClientError
except ImportError:
    boto3 = None

REGION = "eu-west-1"
ROLE = "arn:aws:iam::123456789012:role/deploy"
TOPIC = "arn:aws:sns:%s:123456789012:releases" % REGION
STYLE = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}
APPSPEC = "version: 0.0\nResources: []\n"
ARN = "arn:aws:codedeploy:%s:123456789012:" % REGION


class ServerOfTest(unittest.TestCase):
    """A server with an issued key, and one from a file."""

    maxDiff = None

    def setUp(self):
        self.stage = Stage(endpoint=False)
        self.addCleanup(self.stage.close)
        made = self.stage.sluice("token", "create", "--name", "terraform", "--role", "maintainer",
                                 "--aws-keys", "-o", "json")
        self.assertEqual(made.code, 0, str(made))
        key = json.loads(made.out)
        self.key, self.secret = key["access_key_id"], key["secret_access_key"]
        self.file = self.stage.write(
            "keys", "# for tests\nAKIDVIEWER000001 viewers-own-secret vera viewer\n")
        os.chmod(self.file, 0o600)
        self.serve()

    def serve(self):
        self.server = self.stage.start("serve", "--listen", "127.0.0.1:0", "--account",
                                       "123456789012", "--aws-key-file", self.file, "-o", "json")
        self.server.says('"url"')
        self.url = json.loads(self.server.out.splitlines()[0])["url"]

    def restart(self):
        self.server.end()
        self.serve()


@unittest.skipUnless(shutil.which("aws"), "the AWS CLI is not installed")
class AwsCliTest(ServerOfTest):
    def aws(self, *words, error=None, key=None):
        """The answer, or None where it is empty; `error`: the exception it has to be."""
        given = key or (self.key, self.secret)
        env = {**self.stage.env, "AWS_ACCESS_KEY_ID": given[0], "AWS_SECRET_ACCESS_KEY": given[1],
               "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
        done = subprocess.run(["aws", "--output", "json", "--endpoint-url", self.url, "deploy",
                               *words], env=env, capture_output=True, cwd=self.stage.folder,
                              timeout=120, check=False)
        if error:
            self.assertNotEqual(done.returncode, 0, done.stdout)
            self.assertIn("(" + error + ")", done.stderr.decode())
            return done.stderr.decode()
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return json.loads(done.stdout) if done.stdout.strip() else None

    def test_everything_is_created_read_changed_and_deleted(self):
        app = ("--application-name", "shop")
        group = (*app, "--deployment-group-name", "live")
        made = self.aws("create-application", *app, "--compute-platform", "Lambda", "--tags",
                        "Key=team,Value=tea")
        self.aws("create-application", *app, "--compute-platform", "Lambda",
                 error="ApplicationAlreadyExistsException")
        found = self.aws("get-application", *app)["application"]
        self.assertEqual(found["applicationId"], made["applicationId"])
        self.assertEqual(found["computePlatform"], "Lambda")
        self.aws("create-deployment-config", "--deployment-config-name", "Mine",
                 "--compute-platform", "Lambda", "--traffic-routing-config",
                 "type=TimeBasedLinear,timeBasedLinear={linearPercentage=20,linearInterval=3}")
        self.assertEqual(len(self.aws("list-deployment-configs")["deploymentConfigsList"]), 18)
        self.aws("create-deployment-group", *group, "--service-role-arn", ROLE,
                 "--deployment-config-name", "Mine", "--deployment-style",
                 "deploymentType=BLUE_GREEN,deploymentOption=WITH_TRAFFIC_CONTROL",
                 "--alarm-configuration", "enabled=true,alarms=[{name=errors}]",
                 "--auto-rollback-configuration", "enabled=true,events=DEPLOYMENT_FAILURE",
                 "--trigger-configurations",
                 "triggerName=all,triggerTargetArn=%s,triggerEvents=DeploymentStart" % TOPIC)
        info = self.aws("get-deployment-group", *group)["deploymentGroupInfo"]
        self.assertEqual(info["deploymentConfigName"], "Mine")
        self.assertEqual(info["alarmConfiguration"],
                         {"enabled": True, "alarms": [{"name": "errors"}]})
        self.aws("delete-deployment-config", "--deployment-config-name", "Mine",
                 error="DeploymentConfigInUseException")
        # A bare flag is an empty list, and clears; what is left out stays.
        self.aws("update-deployment-group", *app, "--current-deployment-group-name", "live",
                 "--trigger-configurations", "--deployment-config-name",
                 "CodeDeployDefault.LambdaAllAtOnce", "--new-deployment-group-name", "prod")
        group = (*app, "--deployment-group-name", "prod")
        after = self.aws("get-deployment-group", *group)["deploymentGroupInfo"]
        self.assertEqual(after["triggerConfigurations"], [])
        self.assertEqual(after["alarmConfiguration"], info["alarmConfiguration"])
        self.assertEqual(after["deploymentGroupId"], info["deploymentGroupId"])
        self.aws("register-application-revision", *app, "--description", "first", "--s3-location",
                 "bucket=releases,key=shop.yaml,bundleType=YAML,eTag=abc")
        listed = self.aws("list-application-revisions", *app)["revisions"]
        self.assertEqual(listed, [{"revisionType": "S3", "s3Location": {
            "bucket": "releases", "key": "shop.yaml", "bundleType": "YAML", "eTag": "abc"}}])
        tags = self.aws("list-tags-for-resource", "--resource-arn", ARN + "application:shop")
        self.assertEqual(tags["Tags"], [{"Key": "team", "Value": "tea"}])
        self.restart()
        self.assertEqual(self.aws("get-deployment-group", *group)["deploymentGroupInfo"], after)
        self.aws("update-application", *app, "--new-application-name", "store")
        self.assertEqual(self.aws("list-applications")["applications"], ["store"])
        self.aws("delete-deployment-group", "--application-name", "store",
                 "--deployment-group-name", "prod")
        self.aws("delete-deployment-config", "--deployment-config-name", "Mine")
        self.aws("delete-application", "--application-name", "store")
        self.aws("delete-application", "--application-name", "store")
        self.assertEqual(self.aws("list-applications")["applications"], [])

    def test_refusals_read_as_errors_of_aws(self):
        self.aws("get-application", "--application-name", "none",
                 error="ApplicationDoesNotExistException")
        self.aws("create-application", "--application-name", "shop",
                 error="InvalidComputePlatformException")
        self.aws("create-deployment", "--application-name", "shop",
                 error="OperationNotSupportedException")
        self.aws("list-applications", key=(self.key, "not-the-secret-of-this"),
                 error="InvalidSignatureException")
        self.aws("list-applications", key=("AKIDNOBODY000000", self.secret),
                 error="UnrecognizedClientException")
        viewer = ("AKIDVIEWER000001", "viewers-own-secret")
        self.assertEqual(self.aws("list-applications", key=viewer)["applications"], [])
        self.aws("create-application", "--application-name", "shop", "--compute-platform",
                 "Lambda", key=viewer, error="AccessDeniedException")

    def test_names_are_listed_in_order(self):
        names = ["app-%d" % number for number in range(100, 105)]
        for name in names:
            self.aws("create-application", "--application-name", name, "--compute-platform",
                     "Lambda")
        self.assertEqual(self.aws("list-applications")["applications"], names)
        self.aws("list-applications", "--starting-token", "no-token",
                 error="InvalidNextTokenException")


@unittest.skipUnless(boto3, "boto3 is not installed")
class Boto3Test(ServerOfTest):
    def client(self, key=None, secret=None):
        session = boto3.session.Session(aws_access_key_id=key or self.key,
                                        aws_secret_access_key=secret or self.secret,
                                        region_name=REGION)
        return session.client("codedeploy", endpoint_url=self.url)

    def assertRefused(self, error, call, **parameters):
        with self.assertRaises(ClientError) as caught:
            call(**parameters)
        self.assertEqual(caught.exception.response["Error"]["Code"], error)
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 400)

    def test_shapes_are_those_of_the_model(self):
        deploy = self.client()
        before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=1)
        made = deploy.create_application(applicationName="shop", computePlatform="Lambda",
                                         tags=[{"Key": "team", "Value": "tea"}])
        info = deploy.get_application(applicationName="shop")["application"]
        self.assertEqual(info["applicationId"], made["applicationId"])
        self.assertGreater(info["createTime"], before)
        self.assertFalse(info["linkedToGitHub"])
        self.assertEqual(deploy.batch_get_applications(
            applicationNames=["shop"])["applicationsInfo"], [info])
        group = deploy.create_deployment_group(
            applicationName="shop", deploymentGroupName="live", serviceRoleArn=ROLE,
            deploymentStyle=STYLE, outdatedInstancesStrategy="UPDATE",
            alarmConfiguration={"enabled": False, "alarms": [], "ignorePollAlarmFailure": False},
            autoRollbackConfiguration={"enabled": False, "events": []})
        found = deploy.get_deployment_group(applicationName="shop", deploymentGroupName="live")
        self.assertEqual(found["deploymentGroupInfo"]["deploymentGroupId"],
                         group["deploymentGroupId"])
        self.assertEqual(found["deploymentGroupInfo"]["computePlatform"], "Lambda")
        self.assertNotIn("lastAttemptedDeployment", found["deploymentGroupInfo"])
        batch = deploy.batch_get_deployment_groups(applicationName="shop",
                                                   deploymentGroupNames=["live", "none"])
        self.assertEqual(batch["deploymentGroupsInfo"], [found["deploymentGroupInfo"]])
        self.assertIn("none", batch["errorMessage"])
        self.assertEqual(deploy.list_deployment_groups(applicationName="shop")["deploymentGroups"],
                         ["live"])
        deploy.tag_resource(ResourceArn=ARN + "deploymentgroup:shop/live",
                            Tags=[{"Key": "a", "Value": "b"}])
        deploy.untag_resource(ResourceArn=ARN + "application:shop", TagKeys=["team"])
        tags = [deploy.list_tags_for_resource(ResourceArn=ARN + name)["Tags"]
                for name in ("application:shop", "deploymentgroup:shop/live")]
        self.assertEqual(tags, [[], [{"Key": "a", "Value": "b"}]])
        config = deploy.get_deployment_config(
            deploymentConfigName="CodeDeployDefault.LambdaCanary10Percent5Minutes")
        self.assertEqual(config["deploymentConfigInfo"]["trafficRoutingConfig"],
                         {"type": "TimeBasedCanary",
                          "timeBasedCanary": {"canaryPercentage": 10, "canaryInterval": 5}})

    def test_the_content_of_a_revision_is_found_by_its_digest(self):
        deploy = self.client()
        deploy.create_application(applicationName="shop", computePlatform="Lambda")
        digest = hashlib.sha256(APPSPEC.encode()).hexdigest()
        deploy.register_application_revision(applicationName="shop", revision={
            "revisionType": "AppSpecContent", "appSpecContent": {"content": APPSPEC}})
        wanted = {"revisionType": "AppSpecContent", "appSpecContent": {"sha256": digest}}
        found = deploy.get_application_revision(applicationName="shop", revision=wanted)
        self.assertEqual(found["revision"]["appSpecContent"],
                         {"content": APPSPEC, "sha256": digest})
        self.assertIsInstance(found["revisionInfo"]["registerTime"], datetime.datetime)
        listed = deploy.list_application_revisions(applicationName="shop")["revisions"]
        self.assertEqual(listed, [wanted])
        batch = deploy.batch_get_application_revisions(applicationName="shop", revisions=[wanted])
        self.assertEqual([one["revisionLocation"]["appSpecContent"]["sha256"]
                          for one in batch["revisions"]], [digest])

    def test_lists_come_in_pages(self):
        deploy = self.client()
        names = ["app-%d" % number for number in range(100, 305)]
        for name in names:
            deploy.create_application(applicationName=name, computePlatform="Lambda")
        pages = list(deploy.get_paginator("list_applications").paginate())
        self.assertEqual([len(page["applications"]) for page in pages], [100, 100, 5])
        self.assertEqual([name for page in pages for name in page["applications"]], names)

    def test_refusals_are_the_exceptions_of_the_model(self):
        deploy = self.client()
        with self.assertRaises(deploy.exceptions.ApplicationDoesNotExistException):
            deploy.get_application(applicationName="none")
        deploy.create_application(applicationName="shop", computePlatform="Lambda")
        with self.assertRaises(deploy.exceptions.InvalidDeploymentStyleException):
            deploy.create_deployment_group(applicationName="shop", deploymentGroupName="live",
                                           serviceRoleArn=ROLE)
        with self.assertRaises(deploy.exceptions.InstanceNotRegisteredException):
            deploy.get_on_premises_instance(instanceName="i-1")
        self.assertRefused("InvalidSignatureException",
                           self.client(secret="not-the-secret-of-this").list_applications)
        self.assertRefused("UnrecognizedClientException",
                           self.client(key="AKIDNOBODY000000").list_applications)

    def test_a_revoked_key_signs_no_more(self):
        deploy = self.client()
        self.assertEqual(deploy.list_applications()["applications"], [])
        self.assertIn("AWS access key", self.stage.sluice("token", "list").out)
        self.assertEqual(self.stage.sluice("token", "revoke", "terraform").code, 0)
        self.assertRefused("UnrecognizedClientException", deploy.list_applications)
        self.assertNotIn(self.secret, self.server.err)

    def signed_long_ago(self, minutes):
        """(status, body) of a request whose signature is that old."""
        request = botocore.awsrequest.AWSRequest(
            "POST", self.url + "/", data=b"{}",
            headers={"Content-Type": "application/x-amz-json-1.1",
                     "X-Amz-Target": "CodeDeploy_20141006.ListApplications"})
        then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes)
        signer = botocore.auth.SigV4Auth(
            botocore.credentials.Credentials(self.key, self.secret), "codedeploy", REGION)
        request.context["timestamp"] = then.strftime("%Y%m%dT%H%M%SZ")
        request.headers["X-Amz-Date"] = request.context["timestamp"]
        canonical = signer.canonical_request(request)
        signature = signer.signature(signer.string_to_sign(request, canonical), request)
        signer._inject_signature_to_request(request, signature)
        out = urllib.request.Request(self.url + "/", data=b"{}", method="POST",
                                     headers=dict(request.headers.items()))
        try:
            with urllib.request.urlopen(out, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read())

    def test_an_old_signature_is_refused(self):
        self.assertEqual(self.signed_long_ago(10), (200, {"applications": []}))
        status, body = self.signed_long_ago(16)
        self.assertEqual((status, body["__type"]), (400, "InvalidSignatureException"))
        self.assertIn("Signature expired: ", body["message"])


class WithoutAClientTest(ServerOfTest):
    def post(self, headers):
        request = urllib.request.Request(self.url + "/", data=b"{}", method="POST", headers=headers)
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=60)
        return caught.exception.code, json.loads(caught.exception.read())

    def test_what_is_not_signed_or_comes_from_a_page_is_refused(self):
        kind = {"Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": "CodeDeploy_20141006.ListApplications"}
        status, body = self.post(kind)
        self.assertEqual((status, body["__type"]), (400, "MissingAuthenticationTokenException"))
        self.assertEqual(self.post({**kind, "Origin": "https://evil.example"})[0], 403)
        self.assertEqual(self.post({**kind, "Content-Type": "application/json"})[0], 415)
        self.assertEqual(self.post({**kind, "Host": "evil.example"})[0], 403)

    def test_a_file_of_keys_that_others_can_read_is_refused(self):
        os.chmod(self.file, 0o644)
        done = self.stage.sluice("serve", "--listen", "127.0.0.1:0", "--state",
                                 os.path.join(self.stage.folder, "other"), "--aws-key-file",
                                 self.file)
        self.assertEqual(done.code, 64, str(done))
        self.assertIn("others could read or write them", done.err)

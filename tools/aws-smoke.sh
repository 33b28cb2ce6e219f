#!/bin/sh
# Try the program on AWS: deploy both kinds of stacks in both publish modes, publish a change, roll back, verify what
# visitors get, observe what only AWS can decide, and destroy everything. docs/reliability.md has the expected results.
#
#   tools/aws-smoke.sh NAME [--yes] [--stages dev,prod]
#
# NAME is the prefix of the stacks' names, such as smoke: it creates the stacks smoke-dev and smoke-prod of this project.
# It needs the Pulumi CLI (logged in), AWS credentials, AWS_REGION, and a Python with requirements.txt: activate its
# virtual environment, or set PYTHON. In another cloud than AWS, such as the sandbox, SITE_URL_COMMAND is a command that
# prints the URL of the stack `<project>/<stack>`, its last argument.
set -eu
cd "$(dirname "$0")/.."
PYTHON="${PYTHON:-python3}"

fail() {
  echo "error: $1" >&2
  exit 2
}

usage="usage: tools/aws-smoke.sh NAME [--yes] [--stages dev,prod]"
name="${1:-}"
case "$name" in '' | -*) fail "$usage" ;; esac
case "$name" in *[!a-z0-9-]*) fail "NAME must have only a-z, 0-9 and '-': $usage" ;; esac
shift
yes=false
stages=dev,prod
while [ $# -gt 0 ]; do
  case "$1" in
    --yes) yes=true ;;
    --stages)
      [ $# -gt 1 ] || fail "$usage"
      stages="$2"
      shift
      ;;
    *) fail "$usage" ;;
  esac
  shift
done

command -v pulumi >/dev/null || fail "There is no pulumi on PATH: https://www.pulumi.com/docs/install/"
[ -n "${AWS_REGION:-}" ] || fail "AWS_REGION is not set: export AWS_REGION=eu-central-1"
"$PYTHON" -c 'import boto3, pulumi_aws' 2>/dev/null || fail "$PYTHON lacks packages: $PYTHON -m pip install -r requirements.txt"
caller=$("$PYTHON" -c 'import boto3; print(boto3.client("sts").get_caller_identity()["Arn"])') \
  || fail "AWS does not accept the credentials: aws sts get-caller-identity"

cat <<END
This creates the stacks $name-* in $AWS_REGION as $caller, and destroys them at the end.
It costs less than 0.10 USD: buckets of some kilobytes, one distribution, and about 50 invalidation paths, of which AWS
gives 1,000 a month for free. It takes about an hour, as CloudFront deploys a distribution in 5 to 15 minutes.
END
if [ "$yes" = false ]; then
  printf 'Continue? [y/N] '
  read -r answer || answer=n
  case "$answer" in y | Y | yes) ;; *) fail "nothing was created" ;; esac
fi
exec "$PYTHON" -m tools.smoke "$name" --stages "$stages"

#!/bin/sh
# The image's entrypoint. Some hosts, Fly among them, mount a volume that is root's: it is made rose's, and root goes.
set -e
[ "$(id -u)" != 0 ] && exec "$@"
chown rose:rose /data
exec setpriv --reuid rose --regid rose --init-groups --inh-caps=-all --bounding-set=-all --no-new-privs "$@"

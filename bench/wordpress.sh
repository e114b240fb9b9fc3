#!/usr/bin/env bash
# A stock WordPress with one post, for bench/press.sh: prints the server block by which nginx serves it on a port. Database and PHP run from a folder of their own, and nothing of the machine's is touched; PHP, its cache of
# compiled code and MariaDB are set as Debian sets them.
#
#   bench/wordpress.sh DIR TEXT PORT     the post's first line is its title; DIR/pids are the processes to be ended
#
# Needs Debian's wordpress, wordpress-theme-twentytwentythree, php-fpm, php-mysql and mariadb-server.
set -euo pipefail
dir=$1 text=$2 port=$3
fpm=$(compgen -G '/usr/sbin/php-fpm*' | tail -n 1) || { echo "wordpress.sh: no php-fpm here" >&2; exit 3; }
php=/usr/bin/php${fpm##*php-fpm}
for file in "$php" /usr/sbin/mariadbd /usr/share/wordpress/wp-load.php /usr/share/wordpress/wp-content/themes/twentytwentythree; do
  [ -e "$file" ] || { echo "wordpress.sh: $file is not here (apt-get install wordpress wordpress-theme-twentytwentythree php-fpm php-mysql mariadb-server)" >&2; exit 3; }
done
mkdir -p "$dir/db" && chmod 755 "$dir"
cp -rL /usr/share/wordpress "$dir/wp" 2>/dev/null || true # fonts and libraries that other packages have are only for its own administrators
who=$(id -un)
mariadb-install-db --no-defaults --user="$who" --datadir="$dir/db" --auth-root-authentication-method=normal --skip-test-db >"$dir/db.log" 2>&1
/usr/sbin/mariadbd --no-defaults --user="$who" --datadir="$dir/db" --socket="$dir/db.sock" --pid-file="$dir/db.pid" --skip-networking >>"$dir/db.log" 2>&1 &
echo $! >"$dir/pids"
for _ in $(seq 100); do mariadb --no-defaults --socket="$dir/db.sock" -u root -e 'CREATE DATABASE IF NOT EXISTS wordpress' 2>/dev/null && break; sleep 0.2; done
cat >"$dir/wp/wp-config.php" <<PHP
<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', ''); define('DB_HOST', 'localhost:$dir/db.sock'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', 'http://127.0.0.1:$port'); define('WP_SITEURL', WP_HOME);
define('DISABLE_WP_CRON', true); define('WP_HTTP_BLOCK_EXTERNAL', true); define('AUTOMATIC_UPDATER_DISABLED', true);
\$table_prefix = 'wp_';
if (!defined('ABSPATH')) { define('ABSPATH', __DIR__ . '/'); }
require_once ABSPATH . 'wp-settings.php';
PHP
cat >"$dir/install.php" <<'PHP'
<?php
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = '127.0.0.1';
require $argv[1] . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Press room', 'press', 'press@example.org', true, '', 'not to be signed in with');
switch_theme('twentytwentythree');
update_option('permalink_structure', '');
[$title, $body] = explode("\n", file_get_contents($argv[2]), 2);
$blocks = '';
foreach (array_filter(explode("\n", $body)) as $line) { $blocks .= "<!-- wp:paragraph --><p>" . htmlspecialchars($line) . "</p><!-- /wp:paragraph -->\n\n"; }
echo wp_insert_post(['post_title' => $title, 'post_content' => $blocks, 'post_status' => 'publish', 'post_author' => 1]), ' ', $GLOBALS['wp_version'], "\n";
PHP
read -r post version < <("$php" -d error_reporting=0 "$dir/install.php" "$dir/wp" "$text" 2>>"$dir/install.log" | tail -n 1)
[ "${post:-0}" -gt 0 ] || { echo "wordpress.sh: the post could not be made; see $dir/install.log" >&2; exit 1; }
cat >"$dir/fpm.conf" <<CONF
[global]
error_log = $dir/fpm.log
[www]
listen = $dir/fpm.sock
listen.mode = 0666
pm = dynamic
pm.max_children = 5
pm.start_servers = 2
pm.min_spare_servers = 1
pm.max_spare_servers = 3
CONF
[ "$who" != root ] || printf 'user = root\ngroup = root\n' >>"$dir/fpm.conf"
"$fpm" --nodaemonize --allow-to-run-as-root --fpm-config "$dir/fpm.conf" >>"$dir/fpm.log" 2>&1 &
echo $! >>"$dir/pids"
until [ -S "$dir/fpm.sock" ]; do kill -0 $!; sleep 0.1; done
echo "?p=$post" >"$dir/page"
echo "WordPress $version, PHP $("$php" -r 'echo PHP_VERSION;'), $(/usr/sbin/mariadbd --no-defaults --version | sed 's/.*Ver \([^ ]*\).*/MariaDB \1/')" >"$dir/version"
cat <<CONF
server { listen 127.0.0.1:$port; root $dir/wp; index index.php; location / { try_files \$uri \$uri/ /index.php?\$args; }
  location ~ \.php\$ { fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name; fastcgi_param QUERY_STRING \$query_string; fastcgi_param REQUEST_METHOD \$request_method; fastcgi_param CONTENT_TYPE \$content_type; fastcgi_param CONTENT_LENGTH \$content_length; fastcgi_param REQUEST_URI \$request_uri; fastcgi_param DOCUMENT_ROOT \$document_root; fastcgi_param SERVER_PROTOCOL \$server_protocol; fastcgi_param REMOTE_ADDR \$remote_addr; fastcgi_param SERVER_PORT \$server_port; fastcgi_param SERVER_NAME \$server_name; fastcgi_param SCRIPT_NAME \$fastcgi_script_name; fastcgi_pass unix:$dir/fpm.sock; } }
CONF

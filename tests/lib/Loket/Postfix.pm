package Loket::Postfix;

# A private Postfix. The programs are the machine's own or those that
# scripts/unpack-postfix left under build/parts.
#
# Daemons run as another user, who may not be let through to the directory by
# its name; whatever they open is therefore named relative to the queue.

use v5.36;
use Carp qw(croak);
use File::Basename qw(dirname);
use File::Path qw(make_path);

use parent 'Loket::MailServer';
use Loket::MailServer qw(write_file);
use Loket::Process qw(run);

# Options: `main`, further parameters of main.cf; `domain`, that of our people.
sub new($class, %args) {
	my $self = $class->SUPER::new(%args);
	$self->{milters} = join ', ', map { "unix:../$_" }
		grep { defined } @args{qw(milter later_milter)};
	return $self;
}

sub domain($self) { return $self->{domain} // $self->SUPER::domain }

# Mail for another domain goes on to the server at this port. To be said before
# the start.
sub route($self, $domain, $port) { $self->{routes}{$domain} = $port }

# How a client comes from an address far away; see Loket::Smtp.
sub seen_from($self, $address) { return (xclient => $address) }

# What its programs need of the environment, to be found and to run.
sub environment($self) {
	my %environment = (PATH => dirname($self->{postfix}) . ":$ENV{PATH}");
	$environment{LD_LIBRARY_PATH} = $self->{library_path}
		if $self->{library_path};
	return %environment;
}

# Stops the Postfix that an earlier process left in a directory; true when one
# ran there.
sub stop_running($class, %args) {
	return 0 unless -e "$args{dir}/etc/main.cf";
	my $self = bless {%args}, $class;
	$self->_find_programs;
	return 0 if $self->_control('status') != 0;
	return $self->_control('stop') == 0;
}

# True when no mail is on its way any more.
sub is_idle($self) {
	my @waiting = glob "\Q$self->{dir}\E/queue/"
		. '{maildrop,incoming,active,deferred/?}/*';
	return !grep { -f } @waiting;
}

# The log's lines that name a queue id, or all.
sub log_lines($self, $queue_id = undef) {
	open my $log, '<', $self->log_file or return;
	my @lines = <$log>;
	return @lines unless defined $queue_id;
	return grep { /\]: \Q$queue_id\E:/ } @lines;
}

sub _begin($self) {
	# Postfix waits while a file was changed only just now.
	my $past = time - 60;
	utime $past, $past, glob $self->config_dir . '/*';
	$self->_control('start') == 0
		or croak "Postfix does not start, see $self->{dir}/postfix.out";
}

sub _end($self) { $self->_control('stop') }

sub _find_programs($self) {
	if (-x '/usr/sbin/postfix') {
		$self->{postfix} = '/usr/sbin/postfix';
		$self->{places} = {};
		return;
	}
	my $tree = $self->_parts . '/postfix';
	$self->{postfix} = "$tree/usr/sbin/postfix";
	-x $self->{postfix}
		or croak 'no Postfix, run scripts/unpack-postfix';
	my $libraries = "$tree/usr/lib/postfix";
	$self->{library_path} = $libraries;
	my $environment = "MAIL_CONFIG TZ LANG LD_LIBRARY_PATH=$libraries";
	$self->{places} = {
		command_directory => "$tree/usr/sbin",
		daemon_directory => "$libraries/sbin",
		shlib_directory => $libraries,
		meta_directory => "$tree/etc/postfix",
		sendmail_path => "$tree/usr/sbin/sendmail",
		mailq_path => "$tree/usr/sbin/sendmail",
		newaliases_path => "$tree/usr/sbin/sendmail",
		import_environment => $environment,
		export_environment => $environment,
	};
}

# Postfix wants a user and a group that nothing else runs as. Where its own
# do not exist, Debian's base accounts that have long had no use serve.
sub _accounts {
	my @spare = qw(list news uucp irc);
	my ($user) = grep { getpwnam $_ } 'postfix', @spare;
	my ($group) = grep { getgrnam $_ and $_ ne $user } 'postdrop', @spare;
	return ($user, $group);
}

sub _write_files($self) {
	my $dir = $self->{dir};
	my ($user, $group) = _accounts();
	make_path(map { "$dir/$_" } qw(etc/sasl queue data mail));
	chown scalar(getpwnam $user), -1, "$dir/data";
	chown scalar(getpwnam 'mail'), scalar(getgrnam 'mail'), "$dir/mail";

	my %main = ($self->_main, $self->{places}->%*,
		mail_owner => $user, setgid_group => $group,
		($self->{main} // {})->%*);
	write_file("$dir/etc/main.cf",
		map { "$_ = $main{$_}\n" } sort keys %main);
	write_file("$dir/etc/master.cf", $self->_master);
	write_file("$dir/etc/mailboxes", $self->_mailboxes);
	$self->_add_logins('smtpd', '../data/sasldb2');
	chown scalar(getpwnam $user), -1, "$dir/data/sasldb2";
}

sub _main($self) {
	my $dir = $self->{dir};
	return (
		compatibility_level => '3.6',
		myhostname => $self->hostname,
		myorigin => $self->domain,
		mydestination => '',
		mynetworks => '127.0.0.0/8',
		inet_interfaces => '127.0.0.1',
		inet_protocols => 'ipv4',
		queue_directory => "$dir/queue",
		data_directory => '/proc/self/cwd/../data',
		maillog_file => $self->log_file,
		maillog_file_prefixes => '/',
		smtp_dns_support_level => 'disabled',
		smtpd_peername_lookup => 'no',
		smtpd_authorized_xclient_hosts => '127.0.0.0/8',
		smtpd_relay_restrictions => 'reject_unauth_destination',
		smtpd_client_connection_count_limit => 0,
		default_transport => 'error:no mail leaves this machine',
		relay_transport => 'error:no mail leaves this machine',
		alias_maps => '',
		alias_database => '',
		local_recipient_maps => '',
		recipient_delimiter => '+',
		virtual_mailbox_domains => 'static:all',
		virtual_mailbox_base => '/proc/self/cwd/../mail',
		virtual_mailbox_maps => 'regexp:../etc/mailboxes',
		virtual_minimum_uid => 1,
		virtual_uid_maps => 'static:' . getpwnam 'mail',
		virtual_gid_maps => 'static:' . getgrnam 'mail',
		virtual_mailbox_limit => 0,
		cyrus_sasl_config_path => "$dir/etc/sasl",
		milter_default_action => 'tempfail',
		non_smtpd_milters => $self->{shows_all}
			? $self->{milters} : '',
		internal_mail_filter_classes =>
			$self->{shows_all} ? 'bounce' : '',
		$self->_tls, $self->_filter, $self->_routes,
	);
}

sub _tls($self) {
	return $self->{tls} ? (smtpd_tls_security_level => 'may',
		smtpd_tls_chain_files => $self->_certificate) : ();
}

sub _filter($self) {
	my $port = $self->{content_filter} or return;
	return (smtpd_client_restrictions => 'check_client_access inline:{'
		. " { 192.0.2 = FILTER smtp:[127.0.0.1]:$port } }");
}

sub _routes($self) {
	my $routes = $self->{routes} or return;
	my @routes = map { "{ $_ = smtp:[127.0.0.1]:$routes->{$_} }" }
		sort keys %$routes;
	return (transport_maps => "inline:{ @routes }");
}

sub _master($self) {
	my $milter = $self->{milters}
		? "\n\t-o { smtpd_milters = $self->{milters} }" : '';
	my $sasl = "\n\t-o smtpd_sasl_auth_enable=yes"
		. "\n\t-o { smtpd_relay_restrictions ="
		. ' permit_sasl_authenticated, reject }';
	my %smtpd = (
		smtp => $milter,
		submission => $milter . $sasl,
		relay => '',
	);
	my $services = <<~'END';
		pickup unix n - n 60 1 pickup
		cleanup unix n - n - 0 cleanup
		qmgr unix n - n 300 1 qmgr
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		trace unix - - n - 0 bounce
		verify unix - - n - 1 verify
		flush unix n - n 1000? 0 flush
		proxymap unix - - n - - proxymap
		smtp unix - - n - - smtp
		showq unix n - n - - showq
		error unix - - n - - error
		retry unix - - n - - error
		virtual unix - n n - - virtual
		anvil unix - - n - 1 anvil
		tlsmgr unix - - n 1000? 1 tlsmgr
		scache unix - - n - 1 scache
		postlog unix-dgram n - n - 1 postlogd
		END
	return map({ "127.0.0.1:$self->{port}{$_} inet n - n - - smtpd"
		. " -o syslog_name=postfix/$_$smtpd{$_}\n" }
		sort keys %smtpd), $services;
}

# virtual(8) refuses $1 in a pattern's result, hence a line a mailbox.
sub _mailboxes($self) {
	my $domain = quotemeta $self->domain;
	my $dir = $self->domain;
	return map({ "/^$_(\\+.*)?\@$domain\$/ $dir/$_/\n" }
			$self->MAILBOXES),
		"!/\@$domain\$/ outside/\n";
}

sub _sendmail($self) {
	return (dirname($self->{postfix}) . '/sendmail',
		'-C', $self->config_dir);
}

sub _control($self, $command) {
	local $ENV{LD_LIBRARY_PATH} = $self->{library_path}
		if $self->{library_path};
	my $out = "$self->{dir}/postfix.out";
	return run($out, $out,
		$self->{postfix}, '-c', "$self->{dir}/etc", $command);
}

1;

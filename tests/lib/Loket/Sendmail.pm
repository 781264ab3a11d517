package Loket::Sendmail;

# A private Sendmail, the one that scripts/unpack-sendmail left under
# build/parts. It runs within tests/lib/private-network: without a fully
# qualified host name it waits for a minute, and it has no XCLIENT.

use v5.36;
use Carp qw(croak);
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);

use parent 'Loket::MailServer';
use Loket::MailServer qw(write_file);
use Loket::Process qw(end_process run spawn);
use Loket::Wait qw(wait_for);

use constant DELIVER => abs_path(dirname(__FILE__) . '/../deliver');
use constant STOP_S => 30;

# How a client comes from an address far away; see Loket::Smtp.
sub seen_from($self, $address) { return (source => $address) }

sub program($self) { return $self->{sendmail} }

# What its programs need of the environment.
sub environment($self) { return () }

# True when no mail is on its way any more.
sub is_idle($self) {
	my @waiting = glob "\Q$self->{dir}\E/{queue,submit}/*";
	return !@waiting;
}

sub _find_programs($self) {
	my $parts = $self->_parts;
	$self->{sendmail} = "$parts/sendmail-bin/usr/libexec/sendmail/sendmail";
	$self->{cf} = "$parts/sendmail-cf/usr/share/sendmail/cf";
	-x $self->{sendmail}
		or croak 'no Sendmail, run scripts/unpack-sendmail';
}

sub _write_files($self) {
	my $dir = $self->{dir};
	make_path(map { "$dir/$_" } qw(etc/sasl queue submit data mail));
	chmod 0700, "$dir/queue", "$dir/submit";
	write_file("$dir/etc/service.switch", "hosts files\naliases files\n");
	$self->_add_logins('Sendmail', "$dir/data/sasldb2");
	write_file("$dir/etc/sendmail.mc", $self->_mc);
	write_file("$dir/etc/submit.mc", $self->_submit_mc);
	$self->make_cf($_) for qw(sendmail submit);
}

# Makes NAME.cf of NAME.mc.
sub make_cf($self, $name) {
	my $file = $self->config_dir . "/$name";
	my $err = "$self->{dir}/m4.out";
	unlink "$file.cf";
	run("$file.cf", $err, 'm4', "-D_CF_DIR_=$self->{cf}/",
		"$self->{cf}/m4/cf.m4", "$file.mc") == 0
		or croak "no $file.cf, see $err";
}

sub _sendmail($self) {
	return ($self->{sendmail}, '-C', $self->config_dir . '/submit.cf');
}

sub _begin($self) {
	my $out = "$self->{dir}/sendmail.out";
	$self->{pid} = spawn($out, $out, $self->{sendmail}, '-bD',
		'-C', $self->config_dir . '/sendmail.cf',
		'-X', $self->log_file);
}

sub _end($self) {
	end_process(delete $self->{pid}, 'TERM', STOP_S)
		or croak 'Sendmail does not stop';
	kill TERM => $self->_workers;
	wait_for(STOP_S, sub { !$self->_workers })
		or croak 'Sendmail does not end its work';
}

# Its processes that outlive it: sessions and deliveries. All work in the queue.
sub _workers($self) {
	my $queue = $self->queue_dir;
	return map { m{/(\d+)/} } grep { (readlink // '') eq $queue }
		glob '/proc/[0-9]*/cwd';
}

sub _mc($self) {
	my $dir = $self->{dir};
	my $host = $self->hostname;
	my $domain = $self->domain;
	return <<~"END", $self->_daemons, $self->_filters, $self->_tls,
		divert(0)dnl
		OSTYPE(`linux')dnl
		define(`confDOMAIN_NAME', `$host')dnl
		define(`QUEUE_DIR', `$dir/queue')dnl
		define(`confPID_FILE', `$dir/sendmail.pid')dnl
		define(`STATUS_FILE', `$dir/statistics')dnl
		define(`ALIAS_FILE', `')dnl
		define(`HELP_FILE', `')dnl
		define(`confCW_FILE', `-o $dir/etc/local-host-names')dnl
		define(`confSERVICE_SWITCH_FILE', `$dir/etc/service.switch')dnl
		define(`confTO_IDENT', `0')dnl
		define(`confQUEUE_LA', `999')dnl
		define(`confREFUSE_LA', `999')dnl
		define(`confAUTH_MECHANISMS', `PLAIN LOGIN')dnl
		TRUST_AUTH_MECH(`PLAIN LOGIN')dnl
		FEATURE(`no_default_msa')dnl
		FEATURE(`accept_unresolvable_domains')dnl
		FEATURE(`accept_unqualified_senders')dnl
		FEATURE(`promiscuous_relay')dnl
		FEATURE(`nocanonify')dnl
		END
		<<~"END", $self->_rules, $self->_mailers;
		MAILER(`local')dnl
		MAILER(`smtp')dnl
		LOCAL_CONFIG
		ESASL_CONF_PATH=$dir/etc/sasl
		Cw$domain
		END
}

# sendmail(1) hands its mail to the port for all; as root, for no other user may
# be let through to the directory.
sub _submit_mc($self) {
	my $dir = $self->{dir};
	return <<~"END";
		divert(0)dnl
		OSTYPE(`linux')dnl
		define(`confDOMAIN_NAME', `${\$self->hostname}')dnl
		define(`MSP_QUEUE_DIR', `$dir/submit')dnl
		define(`confPID_FILE', `$dir/submit.pid')dnl
		define(`STATUS_FILE', `$dir/statistics')dnl
		define(`confSERVICE_SWITCH_FILE', `$dir/etc/service.switch')dnl
		FEATURE(`nocanonify')dnl
		define(`RELAY_MAILER_ARGS', `TCP \$h $self->{port}{smtp}')dnl
		define(`confRUN_AS_USER', `root')dnl
		FEATURE(`msp', `[127.0.0.1]')dnl
		define(`confUSE_MSP', `False')dnl
		END
}

sub _daemons($self) {
	my %option = (smtp => '', submission => ', M=Ea', relay => ', I=');
	return map { "DAEMON_OPTIONS(`Name=$_, Addr=127.0.0.1, "
		. "Port=$self->{port}{$_}$option{$_}')dnl\n" }
		sort keys %option;
}

sub _filters($self) {
	my @names = grep { $self->{$_} } qw(milter later_milter);
	return map { "INPUT_MAIL_FILTER(`$_', `S=local:"
		. "$self->{dir}/$self->{$_}, F=T, T=S:10s;R:30s;E:5m')dnl\n" }
		@names;
}

sub _tls($self) {
	return unless $self->{tls};
	my $file = $self->_certificate;
	return "define(`confCACERT_PATH', `${\$self->config_dir}')dnl\n",
		map { "define(`$_', `$file')dnl\n" }
		qw(confSERVER_CERT confSERVER_KEY confCACERT);
}

# What comes from far away goes to the content filter, if there is one; then
# what is not ours to the Maildir for all others.
sub _rules($self) {
	my @filter = (
		"R\$+\t\$: \$&{client_addr} \$| \$1",
		"R192.0.2.\$+ \$| \$+ < \@ \$+ >\t"
			. "\$#filter \$\@ [127.0.0.1] \$: \$2 < \@ \$3 >",
		"R\$* \$| \$+\t\$: \$2");
	return map { "$_\n" } 'LOCAL_RULE_0',
		$self->{content_filter} ? @filter : (),
		"R\$+ < \@ \$=w . >\t\$\@ \$1 < \@ \$2 . >",
		"R\$+ < \@ \$+ >\t\$#outside \$\@ \$2 \$: \$1 < \@ \$2 >";
}

# Mail is left as it came, but for the trace fields; no user needs to exist.
sub _mailers($self) {
	my $deliver = DELIVER;
	my $port = $self->{content_filter} // 0;
	my $smtp = 'S=EnvFromSMTP/HdrFromSMTP, R=EnvToSMTP/HdrFromSMTP';
	my $run = "P=$deliver, A=deliver $self->{dir}/mail \$g \$u";
	return <<~"END";
		MAILER_DEFINITIONS
		Mlocal, $run, F=lSnq, S=EnvFromL/HdrFromL, R=EnvToL/HdrToL
		Moutside, $run, F=Snq, $smtp
		Mfilter, P=[IPC], A=TCP \$h $port, E=\\r\\n, F=mX, $smtp
		END
}

1;

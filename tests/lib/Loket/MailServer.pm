package Loket::MailServer;

# What the private mail servers of the tests have in common: configuration,
# queue, log and Maildirs under one directory, and three ports on loopback,
# smtp and submission with the milter, relay without it.
#
# Every domain is final there, so no mail can leave: that of our people,
# acme.example, has its mailboxes, all other mail lies together in the Maildir
# "outside".
#
# A kind of server has _find_programs, _write_files, _begin, _end, _sendmail,
# environment, is_idle and seen_from.

use v5.36;
use Carp qw(croak);
use Exporter qw(import);
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Socket qw(SOCK_DGRAM);

use Loket::Process qw(run);
use Loket::Wait qw(wait_for);

our @EXPORT_OK = qw(write_file);

use constant DOMAIN => 'acme.example';
use constant MAILBOXES => qw(
	support help jan els kees tweedelijn kwaliteit postmaster);
use constant SERVICES => qw(smtp submission relay);
use constant START_S => 30;

# new(dir => DIR, root => CHECKOUT, milter => SOCKET, logins => {NAME => WORD})
#
# SOCKET is a path relative to DIR. Options: `ports`, the number to prefer for
# each service; `later_milter`, a socket like `milter`; `tls`, true to offer
# STARTTLS; `shows_all`, true to show the milter local mail and the server's own
# bounces too, where it does not anyway.
sub new($class, %args) {
	my $self = bless {%args}, $class;
	$self->_find_programs;
	$self->_reserve_port($_) for SERVICES;
	return $self;
}

sub port($self, $service) { return $self->{port}{$service} }
sub domain($self) { return DOMAIN }
sub hostname($self) { return 'mx.' . $self->domain }
sub mail_dir($self) { return "$self->{dir}/mail" }
sub log_file($self) { return "$self->{dir}/mail.log" }
sub config_dir($self) { return "$self->{dir}/etc" }
sub queue_dir($self) { return "$self->{dir}/queue" }

# All mail from far away goes to a content filter at this port, which sends it
# back over loopback. To be said before the start.
sub filter_through($self, $port) { $self->{content_filter} = $port }

# Hands a mail in as a program on this machine does, with sendmail(1).
sub submit_locally($self, $mail, @arguments) {
	local %ENV = (%ENV, $self->environment);
	open my $in, '|-', $self->_sendmail, @arguments
		or croak "sendmail: $!";
	print $in $mail;
	close $in or croak 'sendmail failed';
}

sub start($self) {
	$self->_write_files;
	$self->{owner} = $$;
	$self->_launch;
}

# Starts anew with the configuration as it now lies there.
sub restart($self) {
	$self->_end;
	$self->_launch;
}

# Only the process that started the server stops it, and only once.
sub stop($self) {
	return unless ($self->{owner} // 0) == $$;
	delete $self->{owner};
	$self->_end;
}

# Lets it run on after this process.
sub release($self) { delete $self->{owner} }

sub _launch($self) {
	$self->_begin;
	for my $port (values $self->{port}->%*) {
		wait_for(START_S, sub { _answers($port) })
			or croak "the mail server is silent on port $port, "
				. 'see ' . $self->log_file;
	}
}

# Makes a file of passwords for those who log in, and the SASL configuration
# NAME.conf that points to it. The realm is the server's name, so that people
# log in with their bare name.
sub _add_logins($self, $name, $file) {
	my $logins = $self->{logins} or return;
	write_file($self->config_dir . "/sasl/$name.conf", <<~"END");
		pwcheck_method: auxprop
		auxprop_plugin: sasldb
		sasldb_path: $file
		mech_list: PLAIN LOGIN
		END
	my $saslpasswd = $self->_find_saslpasswd;
	for my $login (sort keys %$logins) {
		open my $password, '|-', $saslpasswd, qw(-p -c -f),
			"$self->{dir}/data/sasldb2",
			'-u', $self->hostname, $login
			or croak "$saslpasswd: $!";
		print $password $logins->{$login};
		close $password or croak "$saslpasswd failed";
	}
}

sub _find_saslpasswd($self) {
	my ($saslpasswd) = grep { -x } '/usr/sbin/saslpasswd2',
		$self->_parts . '/sasl2-bin/usr/sbin/saslpasswd2';
	return $saslpasswd // croak 'no saslpasswd2, run make deps';
}

# Where Debian's packages lie unpacked.
sub _parts($self) { return "$self->{root}/build/parts" }

# A certificate that nobody has signed: key and certificate in one file.
sub _certificate($self) {
	my $file = $self->config_dir . '/tls.pem';
	my $out = "$self->{dir}/openssl.out";
	run($out, $out, qw(openssl req -x509 -nodes -days 2 -newkey ec
		-pkeyopt ec_paramgen_curve:prime256v1),
		'-subj', '/CN=' . $self->hostname,
		'-keyout', $file, '-out', "$file.crt") == 0
		or croak "no certificate, see $out";
	run($file, $out, 'cat', "$file.crt");
	return $file;
}

# A port that is preferred, or any below the range from which the kernel takes
# its own for outgoing connections.
sub _reserve_port($self, $service) {
	my $port = $self->{ports}{$service} // _any_port();
	until ($self->{reserved}{$port} = _reserve($port)) {
		$port = _any_port();
	}
	$self->{port}{$service} = $port;
}

sub _any_port { return 10_100 + int rand 20_000 }

# Postfix sets SO_REUSEPORT: two of them would share a port, and each get some
# of the mail. Whoever holds the abstract socket of that name has the port.
sub _reserve($port) {
	my $reserved = IO::Socket::UNIX->new(
		Type => SOCK_DGRAM, Local => "\0loket-port-$port") or return;
	return IO::Socket::INET->new(LocalAddr => '127.0.0.1',
		LocalPort => $port, Proto => 'tcp', Listen => 1,
		ReuseAddr => 1) && $reserved;
}

sub _answers($port) {
	my $socket = IO::Socket::INET->new(
		PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 5)
		or return 0;
	IO::Select->new($socket)->can_read(5) or return 0;
	return (readline $socket // '') =~ /^220 /;
}

sub write_file($file, @lines) {
	open my $out, '>', $file or croak "$file: $!";
	print $out @lines;
	close $out or croak "$file: $!";
}

1;

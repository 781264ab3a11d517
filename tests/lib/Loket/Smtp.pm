package Loket::Smtp;

# One SMTP session as a client far away would have it: it comes from another
# address, so that loopback proves nothing.
#
#	my $smtp = Loket::Smtp->new(port => 10025, xclient => '192.0.2.7');
#	my $reply = $smtp->send('a@b.example', ['support@acme.example'], $mail);
#	say "$reply->{code} $reply->{queue_id}";
#
# The bytes of a mail go out as they are, but for LF made CRLF and the dots of
# RFC 5321 4.5.2. A reply is a hash of `code` (0 when the server went away),
# `text` and `queue_id` (undef unless queued).

use v5.36;
use Carp qw(croak);
use IO::Socket::INET;
use IO::Socket::SSL ();
use MIME::Base64 qw(encode_base64);

use constant TIMEOUT_S => 60;

# new(port => PORT): options `login` and `password`; an IP address to come from:
# `xclient`, claimed by XCLIENT, or `source`, one of this machine's; `tls`, true
# to go on encrypted.
sub new($class, %args) {
	my $self = bless {}, $class;
	$self->{socket} = IO::Socket::INET->new(
		PeerAddr => '127.0.0.1', PeerPort => $args{port},
		LocalAddr => $args{source},
		Timeout => TIMEOUT_S) or croak "port $args{port}: $@";
	$self->_expect(220, $self->_reply);
	$self->_become($args{xclient}) if $args{xclient};
	$self->{offers} = $self->_greet;
	$self->_encrypt if $args{tls};
	$self->_login(@args{qw(login password)}) if defined $args{login};
	return $self;
}

# Whether the server offers an extension of SMTP.
sub offers($self, $extension) {
	return $self->{offers} =~ /^\Q$extension\E\b/m;
}

# One transaction; stops at the first refusal, whose reply it returns, having
# reset the session.
sub send($self, $from, $recipients, $mail) {
	my $reply;
	for my $command ("MAIL FROM:<$from>",
			map({ "RCPT TO:<$_>" } @$recipients), 'DATA') {
		$reply = $self->command($command);
		next if $reply->{code} =~ /^[23]/;
		$self->command('RSET');
		return $reply;
	}
	return $self->content($mail);
}

# What follows DATA.
sub content($self, $mail) {
	$mail =~ s/\r?\n/\r\n/g;
	$mail =~ s/^\./../mg;
	$mail .= "\r\n" unless $mail =~ /\r\n\z/;
	$self->_write("$mail.\r\n");
	return $self->_reply;
}

sub command($self, $line) {
	$self->_write("$line\r\n");
	return $self->_reply;
}

sub quit($self) {
	$self->command('QUIT');
	$self->{socket}->close;
}

# Goes away in the middle of something.
sub drop($self, $bytes) {
	$self->_write($bytes);
	$self->{socket}->close;
}

# XCLIENT starts the session anew: another greeting follows.
sub _become($self, $client) {
	$self->_expect(250, $self->command('EHLO localhost'));
	$self->_expect(220, $self->command(
		"XCLIENT ADDR=$client NAME=[UNAVAILABLE]"));
}

sub _greet($self) {
	my $reply = $self->command('EHLO client.example');
	$self->_expect(250, $reply);
	return $reply->{text};
}

sub _encrypt($self) {
	$self->_expect(220, $self->command('STARTTLS'));
	IO::Socket::SSL->start_SSL($self->{socket}, SSL_verify_mode => 0)
		or croak "STARTTLS: $IO::Socket::SSL::SSL_ERROR";
	$self->{offers} = $self->_greet;
}

sub _login($self, $login, $password) {
	my $word = encode_base64("\0$login\0$password", '');
	$self->_expect(235, $self->command("AUTH PLAIN $word"));
}

sub _expect($self, $code, $reply) {
	$reply->{code} == $code
		or croak "expected $code, got $reply->{code} $reply->{text}";
}

sub _write($self, $bytes) {
	local $SIG{PIPE} = 'IGNORE';
	print { $self->{socket} } $bytes;
	$self->{socket}->flush;
}

sub _reply($self) {
	local $SIG{ALRM} = sub { croak 'the server does not answer' };
	alarm TIMEOUT_S;
	my $text = '';
	my $code = 0;
	while (defined(my $line = readline $self->{socket})) {
		($code, my $more, my $rest) = $line =~ /^(\d{3})(.?)(.*?)\r?$/;
		$text .= $rest;
		last if $more ne '-';
		$text .= "\n";
	}
	alarm 0;
	my ($queue_id) = $text =~ /queued as (\w+)/;
	$queue_id //= $1 if $text =~ /(\w+) Message accepted for delivery/;
	return { code => $code, text => $text, queue_id => $queue_id };
}

1;

package Loket::Sink;

# A mail server that keeps what it is given, or refuses it as told, or passes it
# on like a content filter. It ends with the object.

use v5.36;
use Carp qw(croak);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use JSON::PP;

use Loket::Smtp;

# reply by verb: rcpt => '550 no' instead of 250. `onward`: a port on loopback
# to which all mail goes on; `port`: the one to listen at; `stalls`: the verb to
# which nothing more is said, `data` when the mail has come.
sub start($class, %reply) {
	my $listener = IO::Socket::INET->new(Listen => 5, ReuseAddr => 1,
		LocalAddr => '127.0.0.1', LocalPort => $reply{port} // 0)
		or croak "listen: $!";
	my $self = bless { port => $listener->sockport, parent => $$,
		dir => tempdir(CLEANUP => 1) }, $class;
	$self->{pid} = fork // croak "fork: $!";
	return $self if $self->{pid};
	$self->_serve($listener, \%reply);
}

sub port($self) {
	return $self->{port};
}

# What came: from, to, data, and raw, data as it was on the wire; in order.
sub mails($self) {
	return map { _read($_) } sort glob "$self->{dir}/*.json";
}

sub DESTROY($self) {
	local $?;
	return if $$ != $self->{parent};
	kill 'TERM', $self->{pid};
	waitpid $self->{pid}, 0;
}

sub _read($file) {
	open my $in, '<:raw', $file or croak "$file: $!";
	return decode_json(readline $in);
}

# Ends without running what the test would run at its end.
sub _serve($self, $listener, $reply) {
	my $count = 0;
	local $SIG{TERM} = sub { POSIX::_exit(0) };
	require POSIX;
	while (my $client = $listener->accept) {
		$self->_talk($client, $reply, \$count);
	}
	POSIX::_exit(0);
}

sub _talk($self, $client, $reply, $count) {
	my %mail;
	my $say = sub ($line) { print $client "$line\r\n" };
	$say->('220 sink');
	while (defined(my $line = readline $client)) {
		my ($verb) = lc($line) =~ /^([a-z]+)/;
		%mail = (from => $1, to => []) if $line =~ /^MAIL FROM:<(.*?)>/i;
		push $mail{to}->@*, $1 if $line =~ /^RCPT TO:<(.*?)>/i;
		if ($verb eq 'data' && !$reply->{data}) {
			$say->('354 go on');
			$mail{raw} = _raw($client);
			$mail{data} = $mail{raw} =~ s/^\.//mgr;
			$self->_keep(\%mail, ++$$count);
			_pass_on(\%mail, $reply->{onward})
				if $reply->{onward};
		}
		return _stall($client) if $verb eq ($reply->{stalls} // '');
		$say->($reply->{$verb} // ($verb eq 'quit' ? '221 bye' : '250 ok'));
		last if $verb eq 'quit';
	}
}

sub _raw($client) {
	my $raw = '';
	while (defined(my $line = readline $client)) {
		return $raw if $line eq ".\r\n";
		$raw .= $line;
	}
	return $raw;
}

# Until the client goes away.
sub _stall($client) {
	1 while defined readline $client;
}

sub _pass_on($mail, $port) {
	my $smtp = Loket::Smtp->new(port => $port);
	$smtp->send($mail->@{qw(from to data)});
	$smtp->quit;
}

sub _keep($self, $mail, $count) {
	my $file = sprintf '%s/%06d.json', $self->{dir}, $count;
	open my $out, '>:raw', "$file.new" or die "$file: $!\n";
	print $out encode_json($mail);
	close $out or die "$file: $!\n";
	rename "$file.new", $file or die "$file: $!\n";
}

1;

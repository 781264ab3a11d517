#!/usr/bin/perl
# Each mail of tests/mail is read as the expectations beside it say, and has
# the outcome they say on an empty store.
#
# `parse` is a subset of what `loket parse` prints; keys that end in _has,
# _lacks or _some are claims about the key they start with. `ingest` is an
# envelope and its outcome.

use v5.36;

use File::Basename qw(basename);
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;

my $MAILS = 'tests/mail';
my $LOKET = ($ENV{LOKET_BUILD} // 'build') . '/loket';
my $CONF = "$MAILS/loket.conf";
my @FIELDS = qw(subject from reply_to to cc date message_id in_reply_to
	references role ack bounce tags text new_text language attachments);
my %CLAIMS = (
	role_reason_has => \&lacking,
	text_has      => \&lacking,
	text_lacks    => \&present,
	new_text_has  => \&lacking,
	new_text_lacks => \&present,
	warnings_some => \&silent,
);
my %IS_ENVELOPE = map { $_ => 1 } qw(from rcpt login client);
my %IS_OUTCOME = map { $_ => 1 } qw(role created numbered ack customer fields);

binmode Test::More->builder->$_, ':encoding(UTF-8)'
	for qw(output failure_output todo_output);

# The Damm quasigroup of order 10: the digits left to right lead to 0.
my @DAMM = map { [split //] } qw(
	0317598642 7092154863 4206871359 1750983426 6123045978
	3674209581 5869720134 8945362017 9438617205 2581436790);

sub is_number($number) {
	my $interim = 0;

	return 0 if $number !~ /\A[0-9]{10}\z/;
	$interim = $DAMM[$interim][$_] for split //, $number;
	return $interim == 0;
}

sub read_bytes($path) {
	open my $file, '<:raw', $path or die "$path: $!\n";
	local $/;
	return scalar(<$file>) // '';
}

# Runs a program without a shell: its output, its exit code, what it logged.
sub run($input, @command) {
	my $log = File::Temp->new;

	my $pid = open(my $output, '-|') // die "fork: $!\n";
	if ($pid == 0) {
		open STDIN, '<', $input or die "$input: $!\n";
		open STDERR, '>&', $log or die "standard error: $!\n";
		exec @command or die "$command[0]: $!\n";
	}
	binmode $output;
	my $bytes = do { local $/; <$output> } // '';
	close $output;
	return ($bytes, $? & 127 ? 128 + ($? & 127) : $? >> 8,
		read_bytes($log->filename));
}

sub decode_or_undef($bytes) {
	return scalar eval {
		JSON::PP->new->utf8->allow_nonref->decode($bytes);
	};
}

sub shown($value) {
	return JSON::PP->new->allow_nonref->canonical->encode($value);
}

# What differs between $want, a subset of what may be there, and $got.
sub differences($path, $want, $got) {
	if (ref $want eq 'HASH' && ref $got eq 'HASH') {
		return map { differences("$path.$_", $want->{$_}, $got->{$_}) }
			sort keys %$want;
	}
	if (ref $want eq 'ARRAY' && ref $got eq 'ARRAY' && @$want == @$got) {
		return map { differences("$path\[$_]", $want->[$_], $got->[$_]) }
			0 .. $#$want;
	}
	return () if shown($want) eq shown($got);
	return "$path: want " . shown($want) . ', got ' . shown($got);
}

sub lacking($mail, $key, $parts) {
	my $text = $mail->{$key} // '';

	return map { "$key: lacks " . shown($_) . ' in ' . shown($text) }
		grep { index($text, $_) < 0 } @$parts;
}

sub present($mail, $key, $parts) {
	my $text = $mail->{$key} // '';

	return map { "$key: must not have " . shown($_) }
		grep { index($text, $_) >= 0 } @$parts;
}

sub silent($mail, $key, $some) {
	my $warnings = $mail->{$key} // [];

	return $some && !@$warnings ? "$key: none given" : ();
}

# RFC 3339 writes the offset zero in two ways.
sub with_one_zero_offset($mail) {
	$mail->{date} =~ s/\+00:00\z/Z/ if defined $mail->{date};
	return $mail;
}

sub parse_differences {
	my ($want, $got) = map { with_one_zero_offset({%$_}) } @_;
	my @differences;

	for my $key (sort keys %$want) {
		if (my $claim = $CLAIMS{$key}) {
			my ($field) = $key =~ /\A(.+)_[a-z]+\z/;
			push @differences, $claim->($got, $field, $want->{$key});
		} else {
			push @differences,
				exists $got->{$key}
				? differences($key, $want->{$key}, $got->{$key})
				: "$key: not in the output";
		}
	}
	return @differences;
}

sub ingest_command($envelope) {
	my @command = ($LOKET, '-c', $CONF, 'ingest');

	push @command, '--from', $envelope->{from};
	push @command, '--rcpt', $_ for @{$envelope->{rcpt}};
	push @command, '--login', $envelope->{login} if defined $envelope->{login};
	push @command, '--client', $envelope->{client}
		if defined $envelope->{client};
	return @command;
}

# What a command prints about the store, or undef and why not.
sub ask {
	my @command = (@_, '--json');
	my ($bytes, $exit, $log) = run('/dev/null', $LOKET, '-c', $CONF,
		@command);
	my $value = $exit == 0 ? decode_or_undef($bytes) : undef;

	return ($value, "@command: exit $exit, " . shown($bytes) . "\n$log");
}

# An acknowledgement goes to the envelope sender, or to the address that `ack`
# is, and to nobody else.
sub ack_differences($want) {
	my $to = JSON::PP::is_bool($want->{ack}) ? $want->{from} : $want->{ack};
	my ($rows, $why) = ask('outbox');

	return $why if ref $rows ne 'ARRAY';
	return differences('ack to', $want->{ack} ? [$to] : [],
		[map { $_->{to} } grep { $_->{kind} eq 'ack' } @$rows]);
}

sub ticket_differences($want, $number) {
	my @keys = grep { exists $want->{$_} } qw(customer fields);
	my ($ticket, $why) = @keys ? ask('show', $number) : {};

	return $why if ref $ticket ne 'HASH';
	return map { differences($_, $want->{$_}, $ticket->{$_}) } @keys;
}

sub number_differences($want, $got) {
	my ($number, $tag) = @$got{qw(number tag)};

	return differences('number', undef, $number),
		differences('tag', undef, $tag)
		if !$want->{numbered};
	return 'number: want one, got ' . shown($number)
		if !is_number($number // '');
	return differences('tag', "[ACME #$number]", $tag);
}

sub ingest_differences($eml, $want) {
	local $ENV{LOKET_TEST_DIR} = tempdir(CLEANUP => 1);
	my ($bytes, $exit, $log) = run($eml, ingest_command($want));
	my $got = decode_or_undef($bytes);
	my @differences;

	return "ingest: exit $exit, " . shown($bytes) . "\n$log"
		if $exit != 0 || ref $got ne 'HASH';
	for my $key (grep { exists $want->{$_} } qw(role created)) {
		push @differences, differences($key, $want->{$key}, $got->{$key});
	}
	push @differences, number_differences($want, $got)
		if exists $want->{numbered};
	push @differences, ack_differences($want) if exists $want->{ack};
	push @differences, ticket_differences($want, $got->{number});
	return @differences;
}

# A key that nothing looks at would be a test that cannot fail.
sub unknown_keys($expected) {
	my %is_field = map { $_ => 1 } @FIELDS, keys %CLAIMS;
	my $ingest = $expected->{ingest} // {};

	return (
		(grep { !/\A(?:about|parse|ingest)\z/ } keys %$expected),
		(grep { !$is_field{$_} } keys %{$expected->{parse}}),
		(grep { !$IS_ENVELOPE{$_} && !$IS_OUTCOME{$_} } keys %$ingest),
	);
}

sub expectations($eml) {
	my $path = $eml =~ s/\.eml\z/.json/r;
	my $expected = JSON::PP->new->utf8->decode(read_bytes($path));
	my @unknown = unknown_keys($expected);

	die "$path: unknown: @unknown\n" if @unknown;
	die "$path: nothing expected\n" if !%{$expected->{parse}};
	return $expected;
}

sub reports_nothing($name, @differences) {
	ok(!@differences, $name) or diag(map { "$_\n" } @differences);
}

die "$LOKET: not built\n" if !-x $LOKET;
my @mails = sort glob "$MAILS/*.eml";
my %expected = map { $_ => expectations($_) } @mails;
my ($output, $exit, $log) = run('/dev/null', $LOKET, 'parse', @mails);
my @objects = map { decode_or_undef($_) } split /\n/, $output;

is_deeply([map { s/\.eml\z/.json/r } @mails], [sort glob "$MAILS/*.json"],
	'each mail has its expectations, all expectations a mail');
is($exit, 0, 'parse ends well whatever it reads') or diag($log);
is(scalar @objects, scalar @mails, 'each file gives one line');
for my $i (0 .. $#mails) {
	my $name = basename($mails[$i], '.eml');
	my $got = $objects[$i];
	my $want = {%{$expected{$mails[$i]}{parse}}};

	reports_nothing("$name is read as expected",
		ref $got eq 'HASH'
		? (differences('file', $mails[$i], $got->{file}),
			parse_differences($want, $got))
		: 'no object in the output');
}
for my $eml (grep { $expected{$_}{ingest} } @mails) {
	reports_nothing(basename($eml, '.eml') . ' is taken in as expected',
		ingest_differences($eml, $expected{$eml}{ingest}));
}
done_testing();

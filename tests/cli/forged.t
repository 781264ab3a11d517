#!/usr/bin/perl
# Mails that pretend: what a sender writes into addresses, ids, header fields
# and subjects takes him no further than it may.

use v5.36;

use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;

my $LOKET = ($ENV{LOKET_BUILD} // 'build') . '/loket';
my $CONF = 'tests/mail/loket.conf';
my $n = 0;
my $DESK = 'support@acme.example';

$ENV{LOKET_TEST_DIR} = tempdir(CLEANUP => 1);

# Runs a program without a shell: its output as JSON.
sub json_of($input, @arguments) {
	my $mail = File::Temp->new;

	print $mail $input;
	close $mail;
	my $pid = open(my $output, '-|') // die "fork: $!\n";
	if ($pid == 0) {
		open STDIN, '<', $mail->filename or die "$mail: $!\n";
		exec $LOKET, '-c', $CONF, @arguments or die "$LOKET: $!\n";
	}
	my $bytes = do { local $/; <$output> } // '';
	close $output or die "loket @arguments: $?\n";
	return JSON::PP->new->utf8->decode($bytes);
}

# Takes a mail in: its sender, its recipient, its header.
sub ingest($from, $to, $header) {
	return json_of("$header\n\nHallo\n", 'ingest', '--from', $from,
		'--rcpt', $to);
}

# A customer's first mail.
sub ticket($customer) {
	return ingest($customer, $DESK,
		"From: $customer\nMessage-ID: <first.$customer>\nSubject: a");
}

sub details($number, $what) {
	return map { $_->{detail} } grep { $_->{what} eq $what }
		@{json_of('', 'show', $number, '--json')->{events}};
}

sub edits($result, $kind) {
	return grep { /\A$kind/ } @{$result->{edits}};
}

die "$LOKET: not built\n" if !-x $LOKET;

{
	my $ticket = ticket('klant@customer.example');
	my $result = ingest('e@evil.example', $DESK, join "\n",
		'Authentication-Results: mx.acme.example;'
			. ' dmarc=pass header.from=evil.example',
		'From: SRS0=aaaa=bb=customer.example=klant@evil.example',
		'Message-ID: <srs@evil.example>', "Subject: $ticket->{tag} b");

	is_deeply([details($ticket->{number}, 'doubt')], ['unauthenticated'],
		"an address inside another one is not proven by the outer one");
	ok(edits($result, 'add Loket-Doubt'), 'and agents are told');
}
{
	my ($customer) = 'echo@customer.example';
	ticket($customer);
	my $answer = json_of(<<~"END", 'ingest', '--from', 'jan@acme.example',
		From: jan\@acme.example
		In-Reply-To: <first.$customer>
		Message-ID: <answer\@acme.example>
		Subject: b

		Hallo
		END
		'--rcpt', $customer, '--login', 'jan');
	my ($ours) = "@{[edits($answer, 'add References')]}"
		=~ /(<[^<>]+\@acme\.example>)/;
	my $copy = join "\n", "From: $customer", "Message-ID: $ours",
		'Loket-Ticket: 2600000017', 'Loket-Loop: x', 'Subject: b';
	my $replay = ingest($customer, $DESK, $copy);
	is($replay->{role}, 'customer',
		'a mail with our id that has a sender is his, and kept');
	ok($replay->{number}, 'with a number');
	my $echo = ingest('', $DESK, $copy);
	is($echo->{role}, 'echo', 'without a sender it is taken for ours');
	is_deeply($echo->{edits}, ['delete Loket-Ticket 1'],
		'but of our fields it keeps only the mark');
}

for my $case (
	['within a tag', '[ACME [ACME #2600000017] #2600000025]'],
	['within many', '[ACME ' x 30 . '#2600000017] ' x 30],
	['behind many', '[B #2600000017]' x 20 . '[ACME #2600000025]'],
	['with a control character', "[ACME\1#2600000017]"],
) {
	my ($about, $subject) = @$case;
	my $result = ingest('m@customer.example', $DESK, join "\n",
		'From: m@customer.example', "Subject: $subject x",
		"Message-ID: <@{[$about =~ tr/ /-/r]}\@customer.example>");
	my ($edit) = edits($result, 'change Subject');

	is(() = $edit =~ /\[ACME[^\]]*?#[0-9]{10}\]/g, 1,
		"a tag $about is taken out, ours alone is left");
}

for my $path ('"support"@acme.example', '<"sup\\port"@acme.example>',
	'support@acme.example.', '<@relay.example:support@ACME.example>') {
	my $result = ingest('q@customer.example', $path, join "\n",
		'From: q@customer.example', 'Loket-Ticket: 2600000017',
		"Message-ID: <@{[++$n]}.path\@customer.example>");

	ok($result->{created} && edits($result, 'delete Loket-Ticket'),
		"$path is the desk");
}
for my $path ('"a b"@acme.example', '"support@acme.example"', '"',
	'""@acme.example', '"support\\"@acme.example', '"@acme.example') {
	my $result = ingest('q@customer.example', $path,
		'From: q@customer.example');

	ok(!$result->{created}, "$path is not");
}

{
	my $victim = 'victim@customer.example';
	my $ticket = ticket($victim);
	ingest('crook@evil.example', $DESK, join "\n",
		'From: crook@evil.example', "Message-ID: <first.$victim>",
		'Subject: c');
	my $answer = json_of(<<~"END", 'ingest', '--from', 'jan@acme.example',
		From: jan\@acme.example
		In-Reply-To: <first.$victim>
		Message-ID: <reply\@acme.example>
		Subject: d

		Hallo
		END
		'--rcpt', $victim, '--login', 'jan');

	is($answer->{number}, $ticket->{number},
		'a Message-ID leads to the ticket that had it first');
}

for my $sender ($DESK, 'support+x@acme.example', '"support"@acme.example',
	'SRS0=aa=bb=acme.example=support@forward.example') {
	my $result = ingest($sender, $DESK, join "\n",
		'From: r@customer.example',
		"Message-ID: <@{[++$n]}.desk\@customer.example>");

	is_deeply([details($result->{number}, 'ack suppressed')],
		['the sender is a desk'], "$sender is not acknowledged");
}

for my $sender ("j\xc3\xb6rg\@customer.example", "j\xf6rg\@customer.example") {
	local $ENV{LC_ALL} = 'C';
	my $result = ingest($sender, $DESK, join "\n",
		'From: j@customer.example',
		"Message-ID: <@{[++$n]}.bytes\@customer.example>");

	ok($result->{created}, 'a sender beyond ASCII is taken in');
}

done_testing();

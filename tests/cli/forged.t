#!/usr/bin/perl
# Mails that pretend: what a sender writes into addresses, ids, header fields
# and subjects takes him no further than it may.

use strict;
use warnings;

use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;

my $LOKET = ($ENV{LOKET_BUILD} // 'build') . '/loket';
my $CONF = 'tests/mail/loket.conf';
my $DESK = 'support@acme.example';

$ENV{LOKET_TEST_DIR} = tempdir(CLEANUP => 1);

# Runs a program without a shell: its output as JSON.
sub json_of {
	my ($input, @arguments) = @_;
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
sub ingest {
	my ($from, $to, $header) = @_;

	return json_of("$header\n\nHallo\n", 'ingest', '--from', $from,
		'--rcpt', $to);
}

# A customer's first mail.
sub ticket {
	my ($customer) = @_;

	return ingest($customer, $DESK,
		"From: $customer\nMessage-ID: <first.$customer>\nSubject: a");
}

sub details {
	my ($number, $what) = @_;

	return map { $_->{detail} } grep { $_->{what} eq $what }
		@{json_of('', 'show', $number, '--json')->{events}};
}

sub edits {
	my ($result, $kind) = @_;

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
done_testing();

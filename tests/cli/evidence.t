#!/usr/bin/perl
#
# What ties a mail to a ticket, and what comes first when a mail names several:
# our keyed token, a known Message-ID, the conversation of Outlook, a tag.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use MIME::Base64 qw(encode_base64);
use Test::More;

use Loket::Cli qw(edits_of passed);

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';

# A Thread-Index: of a conversation, after so many replies.
sub thread_index($conversation, $replies = 0) {
	my $root = pack 'C a5 a16', 1, 'time5', $conversation;
	return encode_base64($root . "\0abcd" x $replies, '');
}

my @MINE = ('Authentication-Results' => passed('klant.example'));

sub joins($got, $first, $name) {
	is $got->{number}, $first->{number}, "$name: joins" or diag explain $got;
	ok !$got->{created}, "$name: makes no ticket";
}

subtest 'an Outlook conversation holds without ids and tag' => sub {
	my $cli = Loket::Cli->new;
	my $first = $cli->take(From => AN, Subject => 'Factuur', 'Thread-Index' => thread_index('factuur'));
	my $got = $cli->take(From => AN, Subject => 'Re: Factuur', 'Thread-Index' => thread_index('factuur', 1), @MINE);
	joins($got, $first, 'its customer');
	is_deeply [edits_of($got, 'Loket-Doubt')], [], 'without a doubt';
	$got = $cli->take(From => AN, Subject => 'Re: Factuur', 'Thread-Index' => thread_index('factuur', 2));
	joins($got, $first, 'not authenticated');
	is_deeply [edits_of($got, 'Loket-Doubt')], ['add Loket-Doubt: unauthenticated'], 'with a doubt';
	ok $cli->take(From => AN, Subject => 'Offerte', 'Thread-Index' => thread_index('offerte', 1))->{created},
		'another conversation makes a ticket';
	ok $cli->take(From => AN, Subject => 'Factuur', 'Thread-Index' => 'Adk6XH4S')->{created},
		'a cut one names nothing';
};

subtest 'an agent answers by the conversation' => sub {
	my $cli = Loket::Cli->new;
	my $first = $cli->take(From => AN, Subject => 'Factuur', 'Thread-Index' => thread_index('factuur'));
	my $got = $cli->take(From => JAN, login => 'jan', To => AN, rcpt => [AN], Subject => 'RE: Factuur',
		'Thread-Index' => thread_index('factuur', 1));
	joins($got, $first, 'answer');
	ok $cli->ticket($first->{number})->{targets}{'first-response'}{met}, 'which meets the target';
	$got = $cli->take(From => JAN, login => 'jan', To => AN, rcpt => [AN], Subject => 'Lunch',
		'Thread-Index' => thread_index('lunch', 1));
	is $got->{number}, undef, 'a conversation of his own passes';
};

subtest 'a stranger does not join by the conversation' => sub {
	my $cli = Loket::Cli->new;
	my $first = $cli->take(From => AN, Subject => 'Factuur', 'Thread-Index' => thread_index('factuur'));
	my $got = $cli->take(From => 'eva@vreemd.example', Subject => 'Re: Factuur',
		'Thread-Index' => thread_index('factuur', 1), 'Authentication-Results' => passed('vreemd.example'));
	ok $got->{created}, 'a new ticket';
	is_deeply [map { $_->{number} } $cli->ticket($got->{number})->{links}->@*], [$first->{number}], 'linked';
	like +(edits_of($got, 'Loket-Doubt'))[0] // '', qr/no participant/, 'doubt';
	joins($cli->take(From => AN, Subject => 'Re: Factuur', 'Thread-Index' => thread_index('factuur', 1)), $first,
		'who had it first');
};

sub answer($cli, @fields) {
	return $cli->take(From => JAN, login => 'jan', To => AN, rcpt => [AN], Subject => 'Re: Factuur',
		'In-Reply-To' => '<first@klant.example>', @fields);
}

sub keyed_address($got) {
	return map { /^(?:add|change) Reply-To.*?(support\+\S+@[\w.]+)/s } $got->{edits}->@*;
}

subtest 'an address with a token leads to its ticket, whoever writes' => sub {
	my $cli = Loket::Cli->new(desk => 'keyed-replies = true');
	my $first = $cli->take(From => AN, Subject => 'Factuur', 'Message-ID' => '<first@klant.example>');
	my ($address) = keyed_address(answer($cli));
	like $address, qr/^support\+$first->{number}(?:[0-9a-hjkmnp-tv-z]{16})\@acme\.example$/, 'it is asked for';
	is((keyed_address(answer($cli, 'Reply-To' => JAN, 'Message-ID' => '<2@acme.example>')))[0], $address,
		'in the place of another');
	my $hers = $cli->take(From => 'bo@klant.example', Subject => 'Anders');
	joins($cli->take(From => 'an@prive.example', Subject => 'Hoi', rcpt => [$address]), $first, 'without anything else');
	joins($cli->take(From => AN, Subject => 'Hoi', rcpt => [uc $address]), $first, 'in capitals');
	joins($cli->take(From => 'bo@klant.example', Subject => $hers->{tag}, rcpt => [$address]), $first,
		'beside another ticket\'s tag');
	my $cut = $address =~ s/.@/@/r;
	my $other = $address =~ s/$first->{number}/$hers->{number}/r;
	for my $case (['cut', $cut], ['of another ticket', $other], ['of none', 'support+x@acme.example'],
		['a number alone', "support+$first->{number}\@acme.example"]) {
		my $got = $cli->take(From => 'eva@vreemd.example', Subject => 'Hoi', rcpt => [$case->[1]]);
		ok $got->{created}, "$case->[0]: a new ticket";
		is_deeply $cli->ticket($got->{number})->{links}, [], "$case->[0]: linked with nothing";
	}
};

subtest 'an acknowledgement asks for the address too' => sub {
	my $cli = Loket::Cli->new(desk => 'keyed-replies = true mask-agents = true');
	my $first = $cli->take(From => AN, Subject => 'Factuur', 'Message-ID' => '<first@klant.example>');
	my ($address) = keyed_address(answer($cli, 'Reply-To' => JAN));
	ok $address, 'as a masked answer does';
	my $store = $cli->dir . '/loket.db';
	like scalar qx(sqlite3 "$store" "SELECT mail FROM outbox WHERE kind = 'ack'"),
		qr/^Reply-To: <?\Q$address\E>?\r$/m, 'in Reply-To';
};

subtest 'by default no such address is asked for' => sub {
	my $cli = Loket::Cli->new(desk => 'reply-to-desk = true');
	$cli->take(From => AN, Subject => 'Factuur', 'Message-ID' => '<first@klant.example>');
	my $got = answer($cli);
	is_deeply [keyed_address($got)], [], 'an answer';
	like +(edits_of($got, 'Reply-To'))[0], qr/<support\@acme.example>$/, 'goes to the desk itself';
};

subtest 'old keys are good for their time' => sub {
	my $cli = Loket::Cli->new(site => 'key-lifetime = "30 days"');
	my $first = $cli->take(From => AN, Subject => 'Factuur', 'Message-ID' => '<first@klant.example>');
	my ($old) = map { /(<[^<>]+>)$/ } edits_of(answer($cli), 'References');
	is $cli->at('2026-12-01 10:00:00')->run('rekey')->{exit}, 0, 'rekey';
	my ($new) = map { /(<[^<>]+>)$/ } edits_of(answer($cli, 'Message-ID' => '<2@acme.example>'), 'References');
	my @eva = (From => 'eva@vreemd.example', Subject => 'Hoi');
	joins($cli->at('2026-12-30 10:00:00')->take(@eva, References => $old), $first, 'within it');
	$cli->at('2026-12-31 10:00:01');
	ok $cli->take(@eva, References => $old)->{created}, 'past it the old one is worth nothing';
	joins($cli->take(@eva, References => $new), $first, 'the new one is good');
};

# A ticket for each kind of evidence, and a mail that names a ticket with each.
subtest 'the strongest evidence decides' => sub {
	my $cli = Loket::Cli->new;
	my %ticket = map { $_ => $cli->take(From => AN, Subject => $_, 'Message-ID' => "<$_\@klant.example>",
		'Thread-Index' => thread_index($_)) } qw(token id conversation tag);
	my ($token) = map { /(<[^<>]+>)$/ } edits_of($cli->take(From => JAN, login => 'jan', To => AN, rcpt => [AN],
		Subject => 'Re: token', 'In-Reply-To' => '<token@klant.example>'), 'References');
	my @names = (
		token => [References => "$token <gone\@klant.example>"],
		id => ['In-Reply-To' => '<id@klant.example>'],
		conversation => ['Thread-Index' => thread_index('conversation', 3)],
		tag => [Subject => "Re: $ticket{tag}{tag} vraag"],
	);
	while (@names) {
		my @fields = map { $names[$_]->@* } grep { $_ % 2 } 0 .. $#names;
		joins($cli->take(From => AN, Subject => 'Re: vraag', @MINE, @fields), $ticket{$names[0]}, $names[0]);
		splice @names, 0, 2;
	}
};

subtest 'what is doubted is passed over for what is believed' => sub {
	my $cli = Loket::Cli->new;
	my $hers = $cli->take(From => 'bo@klant.example', Subject => 'Hers', 'Message-ID' => '<hers@klant.example>');
	my $mine = $cli->take(From => AN, Subject => 'Mine');
	my $got = $cli->take(From => AN, Subject => "Re: $mine->{tag}", @MINE, 'In-Reply-To' => '<hers@klant.example>');
	joins($got, $mine, 'his own');
	is_deeply [edits_of($got, 'Loket-Doubt')], [], 'and that is no doubt';
	is scalar $cli->ticket($hers->{number})->{messages}->@*, 1, 'the other is left alone';
};

done_testing;

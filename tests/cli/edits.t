#!/usr/bin/perl
#
# The delivered copy: one tag of ours in front of the raw subject, our headers
# for desks and insiders only, and none that somebody forged.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Encode qw(decode encode);

use Loket::Cli qw(edits_of passed);

use constant DESK => 'support@acme.example';
use constant AN => 'an@klant.example';
use constant JAN => 'jan@acme.example';

# The value that the first Subject has after the edits; undef without an edit.
sub new_subject($got) {
	my @edits = edits_of($got, 'Subject');
	my @values = map { /^(?:add Subject|change Subject 1): (.*)\z/s ? $1 : () } @edits;
	return $values[0];
}

sub unfolded($value) {
	return $value =~ s/\r?\n(?=[ \t])//gr;
}

sub decoded($value) {
	return decode('MIME-Header', unfolded($value));
}

sub with_subject($cli, @subject) {
	return $cli->take(From => AN, Subject => @subject);
}

sub answer($cli, @given) {
	return $cli->take(From => JAN, login => 'jan', To => AN, rcpt => [AN],
		Subject => 'Re: Hoi', 'In-Reply-To' => '<first@klant.example>', @given);
}

subtest 'edits of a header are said in three forms' => sub {
	my $cli = Loket::Cli->new;
	my $got = $cli->take(From => AN, Subject => ['Hoi', 'Twee'], 'Loket-Desk' => 'x');
	for my $edit ($got->{edits}->@*) {
		like $edit, qr/\A(?:add [\w-]+: \S|change [\w-]+ \d+: \S|delete [\w-]+ \d+\z)/, $edit;
	}
};

subtest 'the tag stands in front of the raw subject' => sub {
	my %subject = (
		'plain' => 'Vraag over factuur',
		'a prefix' => 'Re: vraag',
		'base64' => '=?UTF-8?B?VnJhYWcgb3ZlciDigqw=?=',
		'quoted printable' => '=?iso-8859-1?Q?Caf=E9?= morgen',
		'two encoded words' => '=?UTF-8?Q?Een?= =?UTF-8?Q?_twee?=',
		'a broken encoded word' => '=?UTF-8?B?V!!!?= ?=',
		'a lone bracket' => '[ACME #26] half',
		'percent signs' => '100%s %n korting',
	);
	my $cli = Loket::Cli->new;
	for my $name (sort keys %subject) {
		my $got = with_subject($cli, $subject{$name});
		is_deeply [edits_of($got, 'Subject')],
			["change Subject 1: $got->{tag} $subject{$name}"], $name;
	}
};

subtest 'a raw eight-bit subject keeps its bytes' => sub {
	my $cli = Loket::Cli->new;
	my $got = with_subject($cli, encode('UTF-8', "caf\x{e9} \x{20ac}"));
	is new_subject($got), "$got->{tag} caf\x{e9} \x{20ac}", 'UTF-8';
};

subtest 'a long or folded subject stays folded and whole' => sub {
	my %subject = (
		'folded' => "Een onderwerp dat over\n twee regels gaat",
		'folded with a tab' => "Een onderwerp dat over\n\ttwee regels gaat",
		'long' => join(' ', ('woord') x 12),
		'folded at once' => "\n Een onderwerp op de tweede regel",
	);
	my $cli = Loket::Cli->new;
	for my $name (sort keys %subject) {
		my $got = with_subject($cli, $subject{$name});
		my $value = new_subject($got);
		my $words = join ' ', $got->{tag}, split ' ', $subject{$name};
		is join(' ', split ' ', $value), $words, "$name: the words";
		is scalar(grep { !/\S/ } split /\n/, $value), 0, "$name: no empty line";
		is scalar(grep { !/\A[ \t]/ } (split /\n/, $value)[1 .. ($value =~ tr/\n//)]), 0,
			"$name: each further line is a fold";
		cmp_ok length('Subject: ' . (split /\n/, $value)[0]), '<=', 78, "$name: the first line fits";
		unlike $value, qr/\r/, "$name: no CR";
	}
};

subtest 'none: it is inserted; more: later ones are removed' => sub {
	my $cli = Loket::Cli->new;
	my $got = with_subject($cli, undef);
	my @edits = edits_of($got, 'Subject');
	is scalar @edits, 1, 'none: one edit';
	like $edits[0], qr/\Aadd Subject: \Q$got->{tag}\E ?\z/, 'none: added';

	$got = with_subject($cli, '');
	@edits = edits_of($got, 'Subject');
	is scalar @edits, 1, 'empty: one edit';
	like $edits[0], qr/\Achange Subject 1: \Q$got->{tag}\E ?\z/, 'empty: changed';

	$got = with_subject($cli, ['Een', 'Twee', 'Drie']);
	@edits = edits_of($got, 'Subject');
	is_deeply [grep { /^delete/ } @edits], ['delete Subject 3', 'delete Subject 2'],
		'three: from the highest down';
	is new_subject($got), "$got->{tag} Een", 'three: the first is changed';
};

subtest 'a subject that is right already is not edited' => sub {
	my $cli = Loket::Cli->new;
	my $first = with_subject($cli, 'Hoi');
	my $got = with_subject($cli, "$first->{tag} Hoi");
	is $got->{number}, $first->{number}, 'joined';
	is_deeply [edits_of($got, 'Subject')], [], 'no edit';
};

subtest 'one tag of ours after editing, the ticket\'s own' => sub {
	my $cli = Loket::Cli->new;
	my $first = with_subject($cli, 'Hoi');
	my $other = $cli->take(From => 'bo@klant.example', Subject => 'Anders');
	my $n = $first->{number};
	my %subject = (
		'twice' => "$first->{tag} Re: $first->{tag} Hoi",
		'a mangled spelling' => "Re: [acme # $n] Hoi",
		'beside another ticket' => "$first->{tag} $other->{tag} Hoi",
		'behind another ticket' => "$other->{tag} $first->{tag} Hoi",
		'with the name of another desk' => "[SALES #$n] Hoi",
		'in an encoded word' => "=?UTF-8?Q?Re:_[acme_#$n]_H=C3=B6i?=",
		'beside a wrong check digit' => "$first->{tag} [ACME #2600000019] Hoi",
		'folded within' => "Re: [ACME\n #$n] Hoi",
	);
	for my $name (sort keys %subject) {
		my $got = with_subject($cli, $subject{$name});
		is $got->{number}, $n, "$name: joins";
		my $value = decoded(new_subject($got) // $subject{$name});
		is_deeply [$value =~ /(\[\s*(?:ACME|SALES)\s*#[\s\d]+\])/gi], [$first->{tag}],
			"$name: one tag" or diag $value;
		like $value, qr/H(?:o|\x{f6})i\z/, "$name: the rest stays";
	}
};

subtest 'subject-tag = outgoing leaves the desk\'s copy alone' => sub {
	my $cli = Loket::Cli->new(desk => 'subject-tag = "outgoing"');
	my $first = with_subject($cli, 'Hoi', 'Message-ID' => '<first@klant.example>');
	is_deeply [edits_of($first, 'Subject')], [], 'a customer\'s mail';
	is_deeply [edits_of($first, 'Loket-Ticket')], ["add Loket-Ticket: $first->{number}"],
		'which has its headers';
	is new_subject(answer($cli)), "$first->{tag} Re: Hoi", 'an answer';
};

subtest 'subject-tag = none tags nothing and threads hold' => sub {
	my $cli = Loket::Cli->new(desk => 'subject-tag = "none"');
	my $first = with_subject($cli, 'Hoi', 'Message-ID' => '<first@klant.example>');
	is_deeply [edits_of($first, 'Subject')], [], 'a customer\'s mail';
	my $answer = answer($cli);
	is $answer->{number}, $first->{number}, 'an answer joins';
	is_deeply [edits_of($answer, 'Subject')], [], 'without a tag';
	my ($ours) = map { /(<[^<>]+>)$/ } edits_of($answer, 'References');
	is with_subject($cli, 'Re: Hoi', References => $ours)->{number}, $first->{number},
		'so does the next mail';
};

subtest 'an answer carries tag and our id to the customer, and no more' => sub {
	my $cli = Loket::Cli->new;
	my $first = with_subject($cli, 'Hoi', 'Message-ID' => '<first@klant.example>');
	my $got = answer($cli);
	is new_subject($got), "$first->{tag} Re: Hoi", 'the tag';
	is_deeply [grep { /Loket-/ } $got->{edits}->@*], [], 'no header of ours';
};

subtest 'the headers on the copy for the desk' => sub {
	my $cli = Loket::Cli->new(desk => q{type "complaint" { subject = 'klacht' }});
	my $got = with_subject($cli, 'Een klacht');
	is_deeply [grep { /Loket-/ } $got->{edits}->@*], [
		"add Loket-Ticket: $got->{number}", 'add Loket-Desk: support',
		'add Loket-Type: complaint', 'add Loket-Due: Tue, 24 Nov 2026 17:30:00 +0100',
	], 'a fresh ticket';
};

subtest 'Loket-Flag says near or overdue' => sub {
	my %flag = ('2026-11-24 13:29:00' => [], '2026-11-24 13:30:30' => ['add Loket-Flag: near'],
		'2026-11-24 17:29:00' => ['add Loket-Flag: near'],
		'2026-11-24 17:30:30' => ['add Loket-Flag: overdue']);
	for my $at (sort keys %flag) {
		my $cli = Loket::Cli->new;
		my $first = with_subject($cli, 'Hoi');
		my $got = $cli->at($at)->take(From => AN, Subject => "Re: $first->{tag} Hoi");
		is_deeply [edits_of($got, 'Loket-Flag')], $flag{$at}, $at;
	}
};

subtest 'nothing of ours is added where somebody outside reads along' => sub {
	my %rcpt = (
		'the desk' => [1, DESK], 'another desk' => [1, DESK, 'sales@acme.example'],
		'an insider' => [1, DESK, 'directie@acme.example'],
		'an agent' => [1, DESK, JAN], 'a command' => [1, DESK, 'tweedelijn@acme.example'],
		'an outsider' => [0, DESK, 'iemand@ander.example'],
		'an outsider first' => [0, 'iemand@ander.example', DESK],
		'a likeness of our domain' => [0, DESK, 'x@notacme.example'],
		'a subdomain of ours' => [0, DESK, 'x@sub.acme.example'],
	);
	for my $name (sort keys %rcpt) {
		my ($is_ours, @rcpt) = $rcpt{$name}->@*;
		my $cli = Loket::Cli->new;
		my $got = $cli->take(From => AN, Subject => 'Hoi', rcpt => \@rcpt);
		is !!grep({ /^add Loket-/ } $got->{edits}->@*), !!$is_ours, "$name: headers";
		is new_subject($got), "$got->{tag} Hoi", "$name: the tag";
	}
};

subtest 'insiders can be named' => sub {
	my $cli = Loket::Cli->new(site => 'insiders = { "@dochter.example", "baas@prive.example" }');
	for my $case (['x@dochter.example', 1], ['BAAS@prive.example', 1], ['x@prive.example', 0],
		['directie@acme.example', 0]) {
		my $got = $cli->take(From => AN, Subject => 'Hoi', rcpt => [DESK, $case->[0]]);
		is scalar(edits_of($got, 'Loket-Ticket')), $case->[1], $case->[0];
	}
};

subtest 'Loket-* from outside is removed, from the highest index down' => sub {
	my @forged = ('Loket-Ticket' => ['2600000014', '2600000023'], 'LOKET-DESK' => 'x',
		'Loket-Anything' => ['1', '2', '3']);
	my @deleted = ('delete Loket-Ticket 2', 'delete Loket-Ticket 1', 'delete LOKET-DESK 1',
		map { "delete Loket-Anything $_" } 3, 2, 1);
	my %mail = (
		'a customer' => [From => AN],
		'a customer, not in trusted-networks' => [From => AN, client => '203.0.113.9'],
		'a robot' => [From => AN, 'Auto-Submitted' => 'auto-generated'],
		'spam' => [From => AN, 'X-Spam-Flag' => 'YES'],
		'from a host in no network, to an agent' => [From => AN, rcpt => [JAN]],
		'an agent' => [From => JAN, login => 'jan'],
		'an agent\'s automatic reply' => [From => JAN, login => 'jan', rcpt => [AN], 'In-Reply-To' => '<first@klant.example>',
			'Auto-Submitted' => 'auto-replied', client => '192.0.2.7'],
		'an agent from a trusted network' => [From => JAN, login => 'jan', client => '192.0.2.7'],
	);
	for my $name (sort keys %mail) {
		my $cli = Loket::Cli->new(site => 'trusted-networks = { "192.0.2.0/24" }');
		with_subject($cli, 'Eerst', 'Message-ID' => '<first@klant.example>');
		my $got = $cli->take(Subject => 'Hoi', @forged, $mail{$name}->@*);
		my @edits = grep { /^delete loket-/i } $got->{edits}->@*;
		is_deeply [sort @edits], [sort @deleted], "$name: all";
		is_deeply [grep { /Anything/ } @edits], [map { "delete Loket-Anything $_" } 3, 2, 1],
			"$name: in order";
		my ($first_add) = grep { $got->{edits}[$_] =~ /^add Loket-/ } keys $got->{edits}->@*;
		my ($last_delete) = reverse grep { $got->{edits}[$_] =~ /^delete loket-/i } keys $got->{edits}->@*;
		cmp_ok $last_delete, '<', $first_add // 1e9, "$name: before ours are added";
	}
};

subtest 'a trusted network keeps Loket-*' => sub {
	my $cli = Loket::Cli->new(site => 'trusted-networks = { "192.0.2.0/24" }');
	my $got = $cli->take(From => AN, Subject => 'Hoi', client => '192.0.2.7', 'Loket-Note' => 'x');
	is_deeply [grep { /^delete/ } $got->{edits}->@*], [], 'nothing is deleted';
};

subtest 'our own mail coming from outside may carry nothing of ours' => sub {
	my $cli = Loket::Cli->new;
	with_subject($cli, 'Hoi', 'Message-ID' => '<first@klant.example>');
	my ($ours) = map { /(<[^<>]+>)$/ } edits_of(answer($cli), 'References');
	my $got = $cli->take(From => AN, from => '', Subject => 'Hoi',
		'Message-ID' => $ours, 'Loket-Ticket' => '2600000014');
	is $got->{role}, 'echo', 'an echo';
	is_deeply [edits_of($got, 'Loket-Ticket')], ['delete Loket-Ticket 1'], 'forged headers go';
};

subtest 'the folds of a forged mail reach no other header' => sub {
	my $cli = Loket::Cli->new;
	my $got = with_subject($cli, "Hoi\r\n Loket-Ticket: 1");
	for my $edit ($got->{edits}->@*) {
		unlike $edit, qr/\n(?![ \t])/, 'a line break is followed by white space';
	}
};

done_testing;

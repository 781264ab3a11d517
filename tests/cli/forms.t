#!/usr/bin/perl
#
# A web form speaks for whoever filled it in, who is believed nothing; numbers
# are picked out of mails and kept; tags of another system keep their threads.

use v5.36;
use utf8;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli qw(edits_of passed failed);

binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output todo_output);

use constant DESK => 'support@acme.example';
use constant WEB => '192.0.2.80';
use constant AN => 'an@klant.example';

my $FORMS = <<'END';
form-hosts = { "192.0.2.80", "2001:db8::80" }
form-customer = { '^X-Koper: *(\S+)', '^E-?mail: *(.*)' }
END

# A mail of the site's own form.
sub fill_in($cli, @given) {
	return $cli->take(From => 'Acme <wordpress@acme.example>', client => WEB,
		from => 'www-data@web.acme.example', Subject => 'Contactformulier', @given);
}

sub customer($cli, $got) { return $cli->ticket($got->{number})->{customer} }

sub ack_event($cli, $got) {
	return map { "$_->{what}: $_->{detail}" } grep { $_->{what} =~ /^ack / }
		$cli->ticket($got->{number})->{events}->@*;
}

subtest 'the customer of a form stands in Reply-To or where a pattern finds him' => sub {
	my %typed = (
		'Reply-To' => ['Reply-To' => 'An <an@klant.example>'],
		'a body field' => [body => "Naam: An\nE-mail: an\@klant.example\n\nHoi\n"],
		'the pattern before Reply-To' =>
			['Reply-To' => 'web@elders.example', body => "email: an\@klant.example\n"],
		'a field left empty' => ['Reply-To' => AN, body => "Naam: An\nE-mail:\n\nHoi\n"],
		'a header of a marketplace' => ['X-Koper' => AN, 'Reply-To' => 'x7@markt.example'],
		'a folded header' => ['X-Koper' => "\n " . AN],
		'the header before the body' => ['X-Koper' => AN, body => "X-Koper: x\@y.example\n"],
		'HTML' => ['Content-Type' => 'text/html', body =>
			"<table><tr><td>Naam: An</td></tr><tr><td>E-mail: an\@klant.example</td></tr></table>\n"],
		'capitals' => [body => "E-MAIL: AN\@Klant.Example\n"],
	);
	for my $name (sort keys %typed) {
		my $cli = Loket::Cli->new(site => $FORMS);
		my $got = fill_in($cli, $typed{$name}->@*);
		is customer($cli, $got), AN, "$name: recorded";
		is lc join(' ', $cli->acked), AN, "$name: acknowledged";
		is $got->{role}, 'customer', "$name: role";
		ok $got->{due}, "$name: the clock runs";
	}
};

subtest 'an agent\'s reply reaches the customer of a form' => sub {
	my $cli = Loket::Cli->new(site => $FORMS);
	my $reply_to = sub(@mail) { [edits_of(fill_in($cli, @mail), 'Reply-To')] };
	my $typed = "E-mail: an\@klant.example\n";
	is_deeply $reply_to->(body => $typed), ['add Reply-To: an@klant.example'], 'a body field';
	is_deeply $reply_to->(body => $typed, 'Reply-To' => 'x7@markt.example'), [], 'not where there is one';
	is_deeply $reply_to->(body => $typed, rcpt => [DESK, 'eva@vreemd.example']), [],
		'not in the copy of an outsider';
	is_deeply $reply_to->(body => "E-mail: an\@klant\n"), [], 'no address';
	is_deeply $reply_to->(body => $typed, client => '192.0.2.81'), [], 'no form';
};

subtest 'a ticket of a form says so' => sub {
	my $cli = Loket::Cli->new(site => $FORMS);
	my $got = fill_in($cli, body => "Nieuw bericht:\n\nVan: An\nE-mail: an\@klant.example\n"
		. "Onderwerp: Kapot\nDatum: 23 november 2026\n\nHet is stuk.\n");
	my $ticket = $cli->ticket($got->{number});
	is $ticket->{channel}, 'form', 'channel';
	is $ticket->{messages}[0]{from}, AN, 'who wrote';
	like $ticket->{messages}[0]{new_text}, qr/Onderwerp: Kapot\n.*Het is stuk\./s,
		'nothing of it counts as quoted';
	is $got->{reason}, 'written in a form', 'reason';
};

subtest 'only form-hosts bring forms' => sub {
	my @mail = ('Reply-To' => AN);
	my $cli = Loket::Cli->new(site => $FORMS);
	is customer($cli, fill_in($cli, @mail, client => '2001:db8::80')), AN, 'IPv6';
	for my $client ('192.0.2.81', '127.0.0.1', undef) {
		my $cli = Loket::Cli->new(site => $FORMS);
		is customer($cli, fill_in($cli, @mail, client => $client)), 'wordpress@acme.example',
			$client // 'no client';
		is scalar $cli->acked, 0, 'no acknowledgement to Reply-To';
	}
};

subtest 'a form is never authenticated' => sub {
	my @sure = ('Reply-To' => AN, 'Authentication-Results' => passed('acme.example'));
	my %strict = (site => $FORMS, desk => 'ack = "authenticated"');
	my $cli = Loket::Cli->new(%strict);
	my $got = fill_in($cli, @sure);
	is_deeply [ack_event($cli, $got)], ['ack suppressed: the sender is not authenticated'], 'by DMARC';
	$cli = Loket::Cli->new(%strict);
	$got = fill_in($cli, @sure, login => 'web@acme.example');
	is_deeply [ack_event($cli, $got)], ['ack suppressed: the sender is not authenticated'], 'by a login';
	is $cli->ticket($got->{number})->{customer}, AN, 'and speaks for somebody all the same';
	$got = fill_in($cli, From => AN, from => AN, 'Authentication-Results' => passed('klant.example'));
	is_deeply [ack_event($cli, $got)], ['ack suppressed: the sender is not authenticated'], 'by its From';
};

subtest 'the limits of the unauthenticated hold' => sub {
	my $cli = Loket::Cli->new(site => $FORMS);
	my %count;
	for my $n (1 .. 61) {
		my $got = fill_in($cli, 'Reply-To' => "klant$n\@klant.example",
			'Authentication-Results' => passed('acme.example'));
		$count{$_}++ for ack_event($cli, $got);
	}
	is $count{'ack suppressed: the limit for unauthenticated mail of the domain is reached: 60 in 1 h'}, 1, 'the domain that was typed is counted';
	is scalar(() = $cli->acked), 60, 'sixty';
};

subtest 'ten in three hours to the typed address' => sub {
	my $cli = Loket::Cli->new(site => $FORMS);
	fill_in($cli, 'Reply-To' => $_ % 2 ? AN : uc AN, body => "$_\n") for 1 .. 11;
	is scalar(() = $cli->acked), 10, 'in any case';
};

subtest 'an agent\'s address typed into a form is a customer' => sub {
	for my $site ('', 'agent-networks = { "192.0.2.0/24" }', 'agent-dmarc = true') {
		for my $typed (['Reply-To' => 'jan@acme.example'], [body => "E-mail: jan\@acme.example\n"],
			[From => 'jan@acme.example', 'Authentication-Results' => passed('acme.example')]) {
			my $cli = Loket::Cli->new(site => "$FORMS$site");
			my $first = $cli->take(From => AN, Subject => 'Vraag', 'Message-ID' => '<v@klant.example>');
			my $got = fill_in($cli, @$typed, 'In-Reply-To' => '<v@klant.example>',
				rcpt => [DESK, AN]);
			my $name = join ' ', "$typed->[0],", $site;
			is $got->{role}, 'customer', "$name: role";
			isnt $got->{number}, $first->{number}, "$name: a ticket of his own";
			is customer($cli, $got), 'jan@acme.example', "$name: the customer";
			is $cli->ticket($first->{number})->{targets}{'first-response'}{met_at}, undef,
				"$name: answers nothing";
		}
	}
};

subtest 'an agent who logs in on a form host is an agent' => sub {
	my $cli = Loket::Cli->new(site => $FORMS);
	my $first = $cli->take(From => AN, Subject => 'Vraag', 'Message-ID' => '<v@klant.example>');
	my $got = $cli->take(From => 'jan@acme.example', login => 'jan', client => WEB, rcpt => [AN],
		'Reply-To' => AN, 'In-Reply-To' => '<v@klant.example>');
	is $got->{role}, 'agent', 'role';
	is $got->{number}, $first->{number}, 'joins';
};

subtest 'what is typed opens no ticket of another' => sub {
	my $cli = Loket::Cli->new(site => $FORMS);
	my $first = $cli->take(From => AN, Subject => 'Vraag', 'Message-ID' => '<v@klant.example>');
	my %try = (tag => [Subject => $first->{tag}], id => ['In-Reply-To' => '<v@klant.example>']);
	for my $name (sort keys %try) {
		for my $who (['Reply-To' => AN], ['Reply-To' => 'eva@vreemd.example'], [From => AN]) {
			my $got = fill_in($cli, $try{$name}->@*, @$who);
			isnt $got->{number}, $first->{number}, "$name by @$who: another ticket";
			is_deeply [edits_of($got, 'Loket-Doubt')], ["add Loket-Doubt: $first->{number} named by a "
				. 'sender who is no participant'], "$name by @$who: doubt";
		}
	}
	is scalar $cli->ticket($first->{number})->{messages}->@*, 1, 'nothing joined';
};

subtest 'nobody is acknowledged whom a form must not reach' => sub {
	my $none = 'ack suppressed: the form states no address to be answered';
	my %typed = (
		'a desk' => [DESK, '', $none],
		'a desk, extended' => ['Support+x@ACME.example', '', $none],
		'another desk' => ['sales@acme.example', '', $none],
		'a team of a desk' => ['support-team@acme.example', '', $none],
		'a team' => ['tweedelijn@acme.example', '', $none],
		'the command address' => ['loket@acme.example', '', $none],
		'a robot' => ['noreply@klant.example', 'noreply@klant.example',
			'ack suppressed: the form\'s noreply@klant.example'],
		'mailer-daemon' => ['MAILER-DAEMON@klant.example', 'mailer-daemon@klant.example',
			'ack suppressed: the form\'s MAILER-DAEMON@klant.example'],
		'a list' => ['owner-x@klant.example', 'owner-x@klant.example',
			'ack suppressed: the form\'s owner-x@klant.example'],
		map { $_ => [$_, '', $none] } (
			'geen', 'an@', '@klant.example', 'an@klant', 'an@localhost', 'an@127.0.0.1', 'an@[127.0.0.1]',
			'an @klant.example', 'an@klant.example, eva@klant.example', 'an@klant.example eva@klant.example',
			'an@@klant.example', 'an@klant..example', '.an@klant.example', 'an.@klant.example',
			'a..n@klant.example', '"an"@klant.example', 'an@klant.example>', '<an@klant.example',
			'an@-klant.example', 'an@klant-.example', 'an@klant.example-', 'an@klant.example.',
			'an@kla_nt.example', 'an(x)@klant.example', 'an@klant.example%0ABcc:eva@klant.example',
			'an%elders.example@acme.example', 'elders.example!an@acme.example', 'an;eva@klant.example',
			'an\@klant.example', 'x' x 65 . '@klant.example', 'an@' . 'x' x 64 . '.example',
			'an@' . 'klant.' x 50 . 'example', 'än@klant.example', 'an@klänt.example',
			"an\@klant.example\x{200b}", "an\@klant.example\x{2028}Bcc: eva\@klant.example"),
	);
	for my $name (sort keys %typed) {
		my ($address, $customer, $event) = $typed{$name}->@*;
		my $cli = Loket::Cli->new(site => "$FORMS\ncommand-address = \"loket\@acme.example\"");
		my $body = "E-mail: $address\n\nHoi\n";
		utf8::encode($body);
		my $got = fill_in($cli, body => $body);
		is customer($cli, $got), $customer, "$name: customer";
		is_deeply [ack_event($cli, $got)], [$event], "$name: why not";
		is scalar $cli->acked, 0, "$name: no acknowledgement";
		ok $got->{created}, "$name: the ticket is made all the same";
	}
};

subtest 'Reply-To is held to the same' => sub {
	for my $typed (DESK, 'an@klant', '"a b"@klant.example', 'noreply@klant.example') {
		my $cli = Loket::Cli->new(site => $FORMS);
		fill_in($cli, 'Reply-To' => $typed);
		is scalar $cli->acked, 0, $typed;
	}
};

subtest 'a body field brings no header into an acknowledgement' => sub {
	my $cli = Loket::Cli->new(site => 'form-hosts = { "192.0.2.80" }' . "\n"
		. q(form-customer = { '^E-mail: *([\s\S]*)' }));
	fill_in($cli, body => "E-mail: an\@klant.example\r\nBcc: eva\@klant.example\r\n\r\nx\r\n");
	is scalar $cli->acked, 0, 'more than one line is no address';
};

subtest 'the mail itself is judged as any other' => sub {
	my %given = (
		'a null sender' => [from => ''],
		'Auto-Submitted' => ['Auto-Submitted' => 'auto-replied'],
		'a list' => ['List-Id' => '<x.acme.example>'],
		'spam' => ['X-Spam-Flag' => 'YES'],
		'failed DMARC' => ['Authentication-Results' => failed('acme.example')],
		'a loop' => ['X-Loop' => DESK],
	);
	for my $name (sort keys %given) {
		my $cli = Loket::Cli->new(site => $FORMS);
		fill_in($cli, 'Reply-To' => AN, $given{$name}->@*);
		is scalar $cli->acked, 0, $name;
	}
};

subtest 'the form\'s own mailer is nobody' => sub {
	my %given = (
		'noreply' => [From => 'noreply@acme.example'],
		'the desk itself' => [From => DESK, from => DESK],
		'a provider of bulk mail' => ['Feedback-ID' => '1:2', 'X-SES-Outgoing' => '2026.11.23'],
	);
	for my $name (sort keys %given) {
		my $cli = Loket::Cli->new(site => $FORMS);
		fill_in($cli, 'Reply-To' => AN, $given{$name}->@*);
		is_deeply [$cli->acked], [AN], $name;
	}
};

subtest 'a form that states nobody is ordinary mail' => sub {
	my $cli = Loket::Cli->new(site => $FORMS);
	my $got = fill_in($cli, From => AN, from => AN);
	is customer($cli, $got), AN, 'From writes';
	is_deeply [$cli->acked], [AN], 'the envelope sender is answered';
	$got = fill_in($cli, from => 'www-data@web.acme.example');
	is_deeply [ack_event($cli, $got)], ['ack suppressed: sender www-data@web.acme.example'], 'or not';
};

subtest 'an acknowledgement of a form says nothing that was typed' => sub {
	my $cli = Loket::Cli->new(site => $FORMS, desk => 'ack = "careful"');
	fill_in($cli, Subject => 'Koop nu goedkope pillen', 'Reply-To' => '"Koop nu" <an@klant.example>',
		body => "Koop nu\n");
	my ($ack) = $cli->outbox;
	is $ack->{to}, AN, 'to';
	unlike "$ack->{subject} $ack->{text}", qr/koop nu/i, 'fixed words';
};

subtest 'a field chooses desk and team' => sub {
	my $cli = Loket::Cli->new(
		site => $FORMS . qq(team "kas" { address = "kas\@acme.example"\n form = '^Soort: *factuur' }\n)
			. qq(desk "verkoop" { addresses = { "verkoop\@acme.example" }\n form = '^Afdeling: *verkoop' }\n),
		desk => q(form = '^Afdeling: *klantenservice'));
	my @an = ('Reply-To' => AN);
	my $ticket = sub(@mail) { $cli->ticket(fill_in($cli, @an, @mail)->{number}) };
	my $sold = $ticket->(body => "Afdeling: Verkoop\nSoort: Factuur\n");
	is $sold->{desk}, 'verkoop', 'another desk than the mail is to';
	is $sold->{team}, 'kas', 'team';
	like $sold->{tag}, qr/^\[VERKOOP #/, 'tag';
	my $kept = $ticket->(rcpt => ['sales@acme.example'], body => "Afdeling: klantenservice\n");
	is $kept->{desk}, 'support', 'back';
	is $kept->{team}, undef, 'no team';
	is $ticket->(rcpt => ['sales@acme.example'], body => "Afdeling: directie\n")->{desk}, 'sales',
		'no desk claims it';
	is $ticket->(Subject => '=?utf-8?Q?x_Afdeling:_verkoop?=', body => "x\n")->{desk}, 'support',
		'a pattern may be bound to a line';
	my $mail = $cli->ticket($cli->take(From => AN, Subject => 'x',
		body => "Afdeling: verkoop\nSoort: factuur\n")->{number});
	is $mail->{desk}, 'support', 'who writes himself chooses no desk';
	is $mail->{team}, undef, 'nor team';
};

subtest 'fields are picked out and kept' => sub {
	my $cli = Loket::Cli->new(site => $FORMS, desk => <<'END');
field "order" 'bestelling\D{0,5}(\d{6})'
field "klant" { pattern = '^Klantnummer: *(\S+)' }
field "haast" 'spoed'
END
	my $got = fill_in($cli, 'Reply-To' => AN, Subject => 'Bestelling 123456',
		body => "Klantnummer: K-77 \nBestelling: 999999\n");
	my $ticket = $cli->ticket($got->{number});
	is_deeply $ticket->{fields}, { order => '123456', klant => 'K-77' }, 'the subject before the text';
	is_deeply [map { $_->{fields} } $cli->tickets], [$ticket->{fields}], 'in the list';
	like $cli->run('show', $got->{number})->{out}, qr/^  field     klant K-77\n  field     order 123456$/m,
		'in the story';

	$got = $cli->take(From => AN, Subject => 'Vraag', 'Message-ID' => '<v@klant.example>',
		body => "Hoi\n\n> Klantnummer: K-1\n");
	is_deeply $cli->ticket($got->{number})->{fields}, {}, 'not of what is quoted';
	$cli->take(From => AN, Subject => 'Re: Vraag', 'In-Reply-To' => '<v@klant.example>',
		body => "Klantnummer: K-2\nSPOED\n");
	is_deeply $cli->ticket($got->{number})->{fields}, { klant => 'K-2', haast => 'SPOED' },
		'of a later mail too; without a group it is what matched';
	$cli->take(From => AN, Subject => 'Re: Vraag', 'In-Reply-To' => '<v@klant.example>',
		body => "Klantnummer: K-3\n");
	is $cli->ticket($got->{number})->{fields}{klant}, 'K-2', 'the first stays';
	is_deeply $cli->ticket($cli->take(From => AN, Subject => 'x', rcpt => ['sales@acme.example'],
		body => "Klantnummer: K-9\n")->{number})->{fields}, {}, 'not those of another desk';
};

subtest 'a field is one line, and no longer than it may be' => sub {
	my $cli = Loket::Cli->new(desk => q(field "alles" 'Tekst: *([\s\S]*)'));
	my $long = 'é' x 300;
	utf8::encode($long);
	my $got = $cli->take(From => AN, Subject => 'x', body => "Tekst: a\t b\n\x07c $long\n");
	my $value = $cli->ticket($got->{number})->{fields}{alles};
	is length $value, 200, '200 characters';
	like $value, qr/\Aa b c éé/, 'no line end, no control';
};

subtest 'a hostile text takes no time' => sub {
	my $cli = Loket::Cli->new(site => 'form-hosts = { "192.0.2.80" }' . "\n"
		. q(form-customer = { '(\S+)@(\S+)', '(a+)+$', '(\w+\s*)+:' }),
		desk => q(field "x" '(\S+\s+)+!'));
	my $start = times_of_children();
	fill_in($cli, Subject => 'a ' x 30_000, body => ('a' x 900 . "\n") x 3000 . 'a ' x 500_000 . "\n");
	cmp_ok times_of_children() - $start, '<', 10, 'seconds of processor time';
};

sub times_of_children {
	my (undef, undef, $user, $system) = times;
	return $user + $system;
}

my $ALSO = q(also-tag "otrs" '\[Ticket#(\d+)\]') . "\n" . q(also-tag "rt" '\[acme #(\d+)\]');

subtest 'a tag of another system keeps its thread' => sub {
	my $cli = Loket::Cli->new(site => $ALSO);
	my $first = $cli->take(From => AN, Subject => 'Re: [Ticket#2025001] Kapot');
	ok $first->{created}, 'the first mail makes a ticket';
	is_deeply $cli->ticket($first->{number})->{fields}, { otrs => '2025001' }, 'which remembers it';
	my $got = $cli->take(From => AN, Subject => 'Re: [ticket#2025001] Nog steeds');
	is $got->{number}, $first->{number}, 'the next joins';
	is_deeply [edits_of($got, 'Loket-Doubt')], ['add Loket-Doubt: unauthenticated'], 'with doubt';
	is_deeply [edits_of($cli->take(From => AN, Subject => '[Ticket#2025001] x',
		'Authentication-Results' => passed('klant.example')), 'Loket-Doubt')], [], 'or none';
	for my $other ('[Ticket#2025002]', '[acme #2025001]', 'Ticket#2025001') {
		isnt $cli->take(From => AN, Subject => $other)->{number}, $first->{number}, $other;
	}
};

subtest 'a foreign tag opens no ticket of another' => sub {
	my $cli = Loket::Cli->new(site => $ALSO);
	my $first = $cli->take(From => AN, Subject => '[Ticket#7] Kapot');
	my $eva = $cli->take(From => 'eva@vreemd.example', Subject => 'Re: [Ticket#7] Kapot');
	isnt $eva->{number}, $first->{number}, 'a ticket of her own';
	is_deeply [edits_of($eva, 'Loket-Doubt')],
		["add Loket-Doubt: $first->{number} named by a sender who is no participant"], 'doubt';
	is_deeply $cli->ticket($eva->{number})->{links},
		[{ number => $first->{number}, kind => 'doubt' }], 'linked';
	is $cli->take(From => 'eva@vreemd.example', Subject => '[Ticket#7] a')->{number}, $eva->{number},
		'she keeps hers';
	is $cli->take(From => AN, Subject => '[Ticket#7] b')->{number}, $first->{number}, 'he keeps his';
	my $forged = $cli->take(From => AN, Subject => '[Ticket#7] c',
		'Authentication-Results' => failed('klant.example'));
	isnt $forged->{number}, $first->{number}, 'nor to who failed';
};

subtest 'an agent answers by a foreign tag' => sub {
	my $cli = Loket::Cli->new(site => $ALSO);
	my $first = $cli->take(From => AN, Subject => '[Ticket#7] Kapot');
	my $got = $cli->take(From => 'jan@acme.example', login => 'jan', rcpt => [AN], To => AN,
		Subject => 'RE: [Ticket#7] Kapot');
	is $got->{number}, $first->{number}, 'joins';
	ok $cli->ticket($first->{number})->{targets}{'first-response'}{met}, 'met';
	is $cli->take(From => 'jan@acme.example', login => 'jan', rcpt => [AN], To => AN,
		Subject => 'RE: [Ticket#8] Kapot')->{number}, undef, 'an unknown one is no evidence';
};

subtest 'a ticket joined by other evidence remembers a foreign tag' => sub {
	my $cli = Loket::Cli->new(site => $ALSO);
	my $first = $cli->take(From => AN, Subject => 'Kapot', 'Message-ID' => '<v@klant.example>');
	$cli->take(From => AN, Subject => 'Re: [Ticket#7] Kapot', 'In-Reply-To' => '<v@klant.example>');
	is $cli->take(From => AN, Subject => '[Ticket#7] x')->{number}, $first->{number}, 'joins';
};

subtest 'with the store away a foreign tag is readable' => sub {
	my $cli = Loket::Cli->new(site => $ALSO);
	my @mail = (From => 'jan@acme.example', login => 'jan', rcpt => [AN], To => AN);
	$cli->write('loket.db', 'this is no database');
	is $cli->try_to_take(@mail, Subject => '[Ticket#7] x')->{exit}, 75, 'tried again';
	is $cli->try_to_take(@mail, Subject => 'Ticket 7')->{exit}, 0, 'without one it passes';
};

subtest 'parse shows what would be kept' => sub {
	my $cli = Loket::Cli->new(site => $ALSO, desk => q(field "order" 'order (\d+)'));
	my $mail = $cli->write('x.eml', "From: an\@klant.example\nTo: support\@acme.example\n"
		. "Subject: [acme #7] x\n\norder 88\n");
	is_deeply $cli->value('parse', $mail)->{fields}, { rt => '7', order => '88' }, 'fields';
	$mail = $cli->write('y.eml', "From: an\@klant.example\nTo: x\@elders.example\nSubject: x\n\norder 88\n");
	is_deeply $cli->value('parse', $mail)->{fields}, {}, 'of no desk';
};

subtest 'a bad pattern is an error with file and line' => sub {
	my %bad = (
		'form-customer = { \'a(\' }' => qr/form-customer is "a\(": regular expression/,
		'form-customer = { "" }' => qr/form-customer is "", expected a regular expression/,
		'also-tag "x" \'a(\'' => qr/pattern is "a\(": regular expression/,
		'also-tag "x" \'\'' => qr/pattern is "", expected/,
		'also-tag "x" { }' => qr/also-tag "x" has no pattern, expected also-tag "x" 'PATTERN'/,
		'desk "d" { addresses = { "d@acme.example" } field "x" \'*\' }' => qr/pattern is "\*"/,
		'desk "d" { addresses = { "d@acme.example" } form = \'*\' }' => qr/form is "\*"/,
		'team "d" { address = "d@acme.example" form = \'*\' }' => qr/form is "\*"/,
	);
	for my $line (sort keys %bad) {
		my $cli = Loket::Cli->new(site => "\n$line");
		my $run = $cli->run('check');
		is $run->{exit}, 78, "$line: exit";
		like $run->{err}, qr/loket\.conf:10: $bad{$line}/, "$line: message";
	}
};

done_testing;

# Магазин на пути к настоящим платежам.

onboarding-trial =
    .title = { $shop }: можно пробовать
    .lead = Тестовый мир открыт для { $shop } до { $until }.
    .next = Проводите тестовые платежи с ключом, который показала страница, и подайте заявку, когда захотите принимать настоящие деньги.
onboarding-trial-over =
    .title = { $shop }: пробный период закончился
    .lead = Тестовый мир был открыт до { $until }. Ничего не потеряно: платежи, ключи и настройки на месте.
    .next = Подайте заявку, чтобы продолжить. После этого у тестового мира нет срока.
onboarding-in-review =
    .title = { $shop }: заявка получена
    .lead = Мы её рассматриваем. Тестировать можно и дальше.
    .next = Делать ничего не нужно. Мы напишем, когда будет решение.
onboarding-bank-review =
    .title = { $shop }: мы одобрили заявку
    .lead = Заявка у банка-эквайера, теперь решает он.
    .next = Делать ничего не нужно. Мы напишем, когда эквайер примет решение.
onboarding-declined =
    .title = { $shop }: заявка отклонена
    .lead = Её рассмотрели и отклонили по причине, указанной ниже.
    .next = Исправьте указанное и подайте заявку снова.
onboarding-contract =
    .title = { $shop }: заявка одобрена
    .lead = Банк-эквайер одобрил вашу заявку.
    .next = Прочитайте договор и примите его на странице магазина.
onboarding-fee =
    .title = { $shop }: договор принят
    .lead = Мы храним, когда и кем он принят, и текст, каким он был.
    .next = Оплатите подключение, если оно платное. Магазин заработает, как только оплата поступит.
onboarding-live =
    .title = { $shop }: магазин подключён
    .lead = Магазин может принимать настоящие деньги.
    .next = Создайте рабочий ключ на странице магазина и поставьте его вместо тестового.
onboarding-suspended =
    .title = { $shop }: приём платежей приостановлен
    .lead = Магазин не принимает настоящие платежи по причине, указанной ниже. Возвраты и отмены по-прежнему возможны.
    .next = Чтобы продолжить, напишите в поддержку.
onboarding-closed =
    .title = { $shop }: магазин закрыт
    .lead = Магазин больше не принимает платежи. Принятые деньги всё ещё можно вернуть.
    .next = Если вы этого не ожидали, напишите в поддержку.

onboarding-line-reason = Причина: { $reason }
onboarding-line-expected = Рассчитываем написать снова до { $until }.
onboarding-line-fee = Стоимость подключения: { $amount }
key-shop = Страница магазина

stage-trial = пробный период
stage-in-review = ждёт нас
stage-bank-review = ждёт эквайера
stage-declined = отклонена
stage-contract = ждёт принятия договора
stage-fee = ждёт оплаты подключения
stage-live = работает
stage-suspended = приостановлен
stage-closed = закрыт

key-applicant = Посмотреть
staff-applicant-in-review =
    <b>Магазин подал заявку</b>
    { $shop } · <code>{ $merchant }</code>
    Решить до { $until }.
staff-applicant-bank-review =
    <b>Магазин ждёт эквайера</b>
    { $shop } · <code>{ $merchant }</code>
    Записать решение эквайера до { $until }.
staff-applicant-fee =
    <b>Магазин принял договор</b>
    { $shop } · <code>{ $merchant }</code>
    Заработает, когда будет записана оплата подключения; она ожидается до { $until }.
staff-applicants-none = Ни один магазин нас не ждёт.
staff-applicants-title = Нас ждут магазины: <b>{ $count }</b>, сначала те, что ждут дольше
staff-applicants-line = { $shop } · { $stage } · с { $since }, срок { $until } · <code>{ $merchant }</code>
staff-applicant =
    <b>{ $shop }</b>
    <code>{ $merchant }</code>
    Этап: { $stage } с { $since }, срок { $until }
staff-applicant-trial = Может тестировать до { $until }
staff-applicant-field = { $label }: { $value }
staff-applicant-signed = Договор { $version } (SHA-256 { $digest }…) принят { $at }
staff-applicant-fee-paid = Подключение { $amount }, номер { $reference }
staff-applicant-unknown = Магазина с таким id на пути нет. У магазина, созданного оператором, нет заявки.
staff-applicant-wrong-stage = Это не следует из этапа «{ $stage }». Ничего не сделано.
staff-applicant-changed = Состояние тем временем изменилось. Ничего не сделано: посмотрите снова.
staff-applicant-days = Пробный период продлевается на 1–90 дней: /merchant mer_… extend 3 причина

applicant-company = Компания
applicant-registration-number = Регистрационный номер
applicant-country = Страна
applicant-address = Адрес
applicant-site = Сайт
applicant-goods = Продаёт
applicant-category-code = Код категории
applicant-contact-name = Контакт
applicant-contact-email = Почта
applicant-contact-phone = Телефон
applicant-bank-name = Банк
applicant-bank-account = Счёт
applicant-bank-code = Код банка
applicant-acquirer = Эквайер
